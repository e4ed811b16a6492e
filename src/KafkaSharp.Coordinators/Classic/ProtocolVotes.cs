using KafkaSharp.Coordinators.Runtime;

namespace KafkaSharp.Coordinators.Classic;

/// <summary>
/// The protocols that the members of a group support, and their choice. Of protocols with the same number of votes the one wins that Java's
/// HashMap would list first, so that the same members choose the same protocol with either broker.
/// </summary>
internal sealed class ProtocolVotes
{
    private readonly Dictionary<string, int> _supporters = new(StringComparer.Ordinal);

    public void Add(ClassicGroupMember member)
    {
        foreach (var protocol in member.Protocols)
            _supporters[protocol.Name] = _supporters.GetValueOrDefault(protocol.Name) + 1;
    }

    public void Remove(ClassicGroupMember member)
    {
        foreach (var protocol in member.Protocols)
        {
            var left = _supporters.GetValueOrDefault(protocol.Name) - 1;
            if (left > 0)
                _supporters[protocol.Name] = left;
            else
                _supporters.Remove(protocol.Name);
        }
    }

    public bool IsSupportedByAll(string protocol, int members) => _supporters.GetValueOrDefault(protocol) == members;

    public string Select(IReadOnlyCollection<ClassicGroupMember> members)
    {
        var candidates = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, supporters) in _supporters)
        {
            if (supporters == members.Count)
                candidates.Add(name);
        }
        var votes = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var member in members)
        {
            var vote = member.Vote(candidates);
            votes[vote] = votes.GetValueOrDefault(vote) + 1;
        }
        return votes.OrderByDescending(vote => vote.Value).ThenBy(vote => JavaString.HashMapPlace(vote.Key, votes.Count)).First().Key;
    }
}
