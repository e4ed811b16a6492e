using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Runtime;

namespace KafkaSharp.Coordinators.Classic;

/// <summary>
/// The protocols that the members of a group support, and their choice. Of protocols with the same number of votes the one wins that Java's
/// HashMap would list first, so that the same members choose the same protocol with either broker.
/// </summary>
internal sealed class ProtocolVotes
{
    private readonly ProtocolSupporters _supporters = new();

    public void Add(ClassicGroupMember member) => _supporters.Add(member.Protocols.Select(protocol => protocol.Name));

    public void Remove(ClassicGroupMember member) => _supporters.Remove(member.Protocols.Select(protocol => protocol.Name));

    public bool IsSupportedByAll(string protocol, int members) => _supporters.IsSupportedByAll(protocol, members);

    public string Select(IReadOnlyCollection<ClassicGroupMember> members)
    {
        var candidates = _supporters.SupportedByAll(members.Count).ToHashSet(StringComparer.Ordinal);
        var votes = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var member in members)
        {
            var vote = member.Vote(candidates);
            votes[vote] = votes.GetValueOrDefault(vote) + 1;
        }
        return votes.OrderByDescending(vote => vote.Value).ThenBy(vote => JavaString.HashMapPlace(vote.Key, votes.Count)).First().Key;
    }
}
