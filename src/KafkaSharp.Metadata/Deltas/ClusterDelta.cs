using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Deltas;

/// <summary>The changed brokers and controllers: the new registration by node id, or null if the node was unregistered.</summary>
public sealed class ClusterDelta
{
    private readonly ClusterImage _before;
    private readonly Dictionary<int, BrokerRegistration?> _brokers = [];
    private readonly Dictionary<int, ControllerRegistration?> _controllers = [];

    internal ClusterDelta(ClusterImage before) => _before = before;

    public IReadOnlyDictionary<int, BrokerRegistration?> ChangedBrokers => _brokers;

    public IReadOnlyDictionary<int, ControllerRegistration?> ChangedControllers => _controllers;

    internal void Replay(RegisterBrokerRecord record) => _brokers[record.BrokerId] = RegistrationRecords.ToRegistration(record);

    internal void Replay(RegisterControllerRecord record) => _controllers[record.ControllerId] = RegistrationRecords.ToRegistration(record);

    internal void Replay(UnregisterBrokerRecord record)
    {
        Registered(record.BrokerId, record.BrokerEpoch, nameof(UnregisterBrokerRecord));
        _brokers[record.BrokerId] = null;
    }

    internal void Replay(FenceBrokerRecord record)
    {
        var broker = Registered(record.Id, record.Epoch, nameof(FenceBrokerRecord));
        _brokers[record.Id] = broker with { Fenced = true };
    }

    internal void Replay(UnfenceBrokerRecord record)
    {
        var broker = Registered(record.Id, record.Epoch, nameof(UnfenceBrokerRecord));
        _brokers[record.Id] = broker with { Fenced = false };
    }

    internal void Replay(BrokerRegistrationChangeRecord record)
    {
        var broker = Registered(record.BrokerId, record.BrokerEpoch, nameof(BrokerRegistrationChangeRecord));
        _brokers[record.BrokerId] = broker with
        {
            Fenced = record.Fenced switch { 0 => broker.Fenced, 1 => true, -1 => false, _ => throw Bad("fenced", record.Fenced) },
            InControlledShutdown = record.InControlledShutdown switch
            {
                0 => broker.InControlledShutdown,
                1 => true,
                _ => throw Bad("inControlledShutdown", record.InControlledShutdown),
            },
            Directories = record.LogDirs.Count == 0 ? broker.Directories : [.. record.LogDirs],
            CordonedDirectories = record.CordonedLogDirs is { } cordoned ? [.. cordoned] : broker.CordonedDirectories,
        };
    }

    internal void FinishSnapshot()
    {
        foreach (var id in _before.Brokers.Keys)
            _brokers.TryAdd(id, null);
        foreach (var id in _before.Controllers.Keys)
            _controllers.TryAdd(id, null);
    }

    internal ClusterImage Apply()
    {
        var brokers = _before.Brokers.ToBuilder();
        foreach (var (id, broker) in _brokers)
        {
            if (broker is null)
                brokers.Remove(id);
            else
                brokers[id] = broker;
        }
        var controllers = _before.Controllers.ToBuilder();
        foreach (var (id, controller) in _controllers)
        {
            if (controller is null)
                controllers.Remove(id);
            else
                controllers[id] = controller;
        }
        return new ClusterImage(brokers.ToImmutable(), controllers.ToImmutable());
    }

    private static MetadataException Bad(string field, sbyte value) =>
        new($"A BrokerRegistrationChangeRecord has the unknown value {value} of {field}");

    private BrokerRegistration Registered(int id, long epoch, string record)
    {
        var broker = _brokers.TryGetValue(id, out var changed) ? changed : _before.Broker(id);
        if (broker is null)
            throw new MetadataException($"{record} for broker {id}, which is not registered");
        if (broker.Epoch != epoch)
            throw new MetadataException($"{record} for broker {id} has epoch {epoch}, but the registration has epoch {broker.Epoch}");
        return broker;
    }
}
