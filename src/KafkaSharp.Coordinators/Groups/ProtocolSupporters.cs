namespace KafkaSharp.Coordinators.Groups;

/// <summary>
/// How many members of a group support each protocol. It is counted when a member changes, because a member may name very many protocols: a
/// join must not cost what all other members have named. As in Kafka, a member that names a protocol twice counts twice. Not thread-safe.
/// </summary>
internal sealed class ProtocolSupporters
{
    private readonly Dictionary<string, int> _supporters = new(StringComparer.Ordinal);

    public void Add(IEnumerable<string> protocols)
    {
        foreach (var protocol in protocols)
            _supporters[protocol] = _supporters.GetValueOrDefault(protocol) + 1;
    }

    public void Remove(IEnumerable<string> protocols)
    {
        foreach (var protocol in protocols)
        {
            var left = _supporters.GetValueOrDefault(protocol) - 1;
            if (left > 0)
                _supporters[protocol] = left;
            else
                _supporters.Remove(protocol);
        }
    }

    public bool IsSupportedByAll(string protocol, int members) => _supporters.GetValueOrDefault(protocol) == members;

    public IEnumerable<string> SupportedByAll(int members) => _supporters.Where(each => each.Value == members).Select(each => each.Key);
}
