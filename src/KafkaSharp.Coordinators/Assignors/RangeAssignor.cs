using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Assignors;

/// <summary>
/// Gives each subscriber of a topic a range of consecutive partitions; topics with the same subscribers are divided in the same way
/// (Kafka's <c>RangeAssignor</c>). Stateless.
/// </summary>
internal sealed class RangeAssignor : IPartitionAssignor
{
    public string Name => "range";

    public Assignment[] Assign(AssignorInput input)
    {
        var assignments = new Assignment[input.Members.Count];
        if (assignments.Length == 0)
            return assignments;
        int[] order = [.. Enumerable.Range(0, assignments.Length).Order(new MemberOrder(input.Members))];
        var topics = input.IsHomogeneous ? OfAll(input, input.Members[order[0]]) : OfEach(input);
        var assigned = new List<TopicPartitions>();
        foreach (var index in order)
        {
            assigned.Clear();
            foreach (var topic in topics[index])
            {
                if (topic.Next() is { Length: > 0 } range)
                    assigned.Add(new TopicPartitions(topic.Id, range));
            }
            var requested = (int)(topics[index].Length / 0.75f) + 1;
            assignments[index] = Assignment.Of([.. assigned], JavaHashOrder.CapacityOf(requested, assigned.Count));
        }
        return assignments;
    }

    /// <summary>The topics of every member, which are those of the first one.</summary>
    private static TopicRanges[][] OfAll(AssignorInput input, AssignorMember first)
    {
        TopicRanges[] topics =
        [
            .. first.SubscribedTopics.Select(
                id => new TopicRanges(id, input.PartitionCounts[id]) { Subscribers = input.Members.Count }),
        ];
        return [.. input.Members.Select(_ => topics)];
    }

    /// <summary>The topics of each member.</summary>
    private static TopicRanges[][] OfEach(AssignorInput input)
    {
        var known = new Dictionary<Uuid, TopicRanges>();
        var topics = new TopicRanges[input.Members.Count][];
        for (var member = 0; member < topics.Length; member++)
        {
            var subscribed = input.Members[member].SubscribedTopics;
            topics[member] = new TopicRanges[subscribed.Count];
            for (var i = 0; i < subscribed.Count; i++)
            {
                if (!known.TryGetValue(subscribed[i], out var ranges))
                    known.Add(subscribed[i], ranges = new TopicRanges(subscribed[i], input.PartitionCounts[subscribed[i]]));
                ranges.Subscribers++;
                topics[member][i] = ranges;
            }
        }
        return topics;
    }

    /// <summary>How a topic is divided; the first subscribers receive one partition more if it cannot be divided evenly.</summary>
    private sealed class TopicRanges(Uuid id, int partitionCount)
    {
        private int _next;
        private int _given;

        public Uuid Id { get; } = id;

        public int Subscribers { get; set; }

        public int[] Next()
        {
            // Most members receive nothing of a topic that has fewer partitions than subscribers.
            if (_next == partitionCount)
                return [];
            var (quota, extras) = Math.DivRem(partitionCount, Subscribers);
            var range = new int[quota + (_given++ < extras ? 1 : 0)];
            for (var i = 0; i < range.Length; i++)
                range[i] = _next++;
            return range;
        }
    }

    /// <summary>Static members first, by instance id, so that they keep their ranges when their member ids change.</summary>
    private sealed class MemberOrder(IReadOnlyList<AssignorMember> members) : IComparer<int>
    {
        public int Compare(int x, int y) => (members[x], members[y]) switch
        {
            ({ InstanceId: { } one }, { InstanceId: { } other }) => string.CompareOrdinal(one, other),
            ({ InstanceId: not null }, _) => -1,
            (_, { InstanceId: not null }) => 1,
            var (one, other) => string.CompareOrdinal(one.MemberId, other.MemberId),
        };
    }
}
