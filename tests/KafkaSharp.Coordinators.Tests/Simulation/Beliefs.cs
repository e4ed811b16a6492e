using Partition = (KafkaSharp.Protocol.Uuid Topic, int Index);

namespace KafkaSharp.Coordinators.Tests.Simulation;

/// <summary>Which members believe that they have a partition. Only those with several believers need to be looked at.</summary>
internal sealed class Beliefs
{
    private readonly Dictionary<Partition, List<SimulatedMember>> _believers = [];
    private readonly HashSet<Partition> _contested = [];

    public bool HasContested => _contested.Count > 0;

    public IEnumerable<(Partition Partition, List<SimulatedMember> Believers)> Contested =>
        _contested.Select(partition => (partition, _believers[partition]));

    public void Replace(SimulatedMember member, HashSet<Partition> before, HashSet<Partition> now)
    {
        foreach (var partition in before)
        {
            if (now.Contains(partition))
                continue;
            _believers[partition].Remove(member);
            if (_believers[partition].Count < 2)
                _contested.Remove(partition);
        }
        foreach (var partition in now)
        {
            if (before.Contains(partition))
                continue;
            if (!_believers.TryGetValue(partition, out var believers))
                _believers.Add(partition, believers = []);
            believers.Add(member);
            if (believers.Count > 1)
                _contested.Add(partition);
        }
    }
}
