using KafkaSharp.Coordinators.Runtime;

namespace KafkaSharp.Coordinators.Consumer;

/// <summary>
/// Which assignor most members of a group prefer. Of several with as many votes Kafka's broker takes the first one in the order of its hash
/// table, which is a copy of the one that the group keeps, with the votes of a change. Stateless.
/// </summary>
internal static class AssignorVotes
{
    /// <summary>The assignor if one member took the place of another; null when none prefers any.</summary>
    public static string? Winner(IEnumerable<ConsumerGroupMember> members, ConsumerGroupMember? old, ConsumerGroupMember? updated)
    {
        KeyValuePair<string, int>[] kept =
            [.. members.Select(member => member.ServerAssignor).OfType<string>().CountBy(name => name, StringComparer.Ordinal)];
        List<KeyValuePair<string, int>> votes = [.. TimelineOrder.Sort(kept, HashCode, TimelineOrder.CapacityOf(kept.Length))];
        Add(votes, old?.ServerAssignor, -1);
        Add(votes, updated?.ServerAssignor, 1);
        KeyValuePair<string, int>[] inOrder = [.. votes];
        JavaHashOrder.Sort(inOrder, HashCode, JavaHashOrder.CapacityOfMapCopy(kept.Length));
        return inOrder.OrderByDescending(vote => vote.Value).FirstOrDefault().Key;
    }

    /// <summary>An assignor without votes is removed. Java's <c>compute</c> adds one to the front of its place in the table.</summary>
    private static void Add(List<KeyValuePair<string, int>> votes, string? name, int count)
    {
        if (name is null)
            return;
        var place = votes.FindIndex(vote => vote.Key == name);
        if (place < 0)
            votes.Insert(0, new(name, count));
        else if (votes[place].Value + count == 0)
            votes.RemoveAt(place);
        else
            votes[place] = new(name, votes[place].Value + count);
    }

    private static int HashCode(KeyValuePair<string, int> vote) => JavaString.HashCode(vote.Key);
}
