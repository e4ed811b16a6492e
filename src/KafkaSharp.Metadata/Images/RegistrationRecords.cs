using KafkaSharp.Metadata.Features;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Images;

/// <summary>Converts registrations to records and back.</summary>
internal static class RegistrationRecords
{
    public static BrokerRegistration ToRegistration(RegisterBrokerRecord record) => new(
        record.BrokerId, record.BrokerEpoch, record.IncarnationId,
        [.. record.EndPoints.Select(e => new NodeEndpoint(e.Name, e.Host, e.Port, e.SecurityProtocol))],
        Ranges(record.Features.Select(f => (f.Name, new VersionRange(f.MinSupportedVersion, f.MaxSupportedVersion)))),
        record.Rack, record.Fenced, record.InControlledShutdown, record.IsMigratingZkBroker,
        [.. record.LogDirs], record.CordonedLogDirs is { } cordoned ? [.. cordoned] : null);

    public static ControllerRegistration ToRegistration(RegisterControllerRecord record) => new(
        record.ControllerId, record.IncarnationId, record.ZkMigrationReady,
        [.. record.EndPoints.Select(e => new NodeEndpoint(e.Name, e.Host, e.Port, e.SecurityProtocol))],
        Ranges(record.Features.Select(f => (f.Name, new VersionRange(f.MinSupportedVersion, f.MaxSupportedVersion)))));

    public static RegisterBrokerRecord ToRecord(BrokerRegistration broker, MetadataVersion version) => new()
    {
        BrokerId = broker.Id,
        BrokerEpoch = broker.Epoch,
        IncarnationId = broker.IncarnationId,
        EndPoints =
        [
            .. broker.Endpoints.Select(e => new RegisterBrokerRecord.BrokerEndpoint
            {
                Name = e.ListenerName, Host = e.Host, Port = (ushort)e.Port, SecurityProtocol = e.SecurityProtocol,
            }),
        ],
        Features =
        [
            .. broker.SupportedFeatures.Select(f => new RegisterBrokerRecord.BrokerFeature
            {
                Name = f.Key, MinSupportedVersion = f.Value.Min, MaxSupportedVersion = f.Value.Max,
            }),
        ],
        Rack = broker.Rack,
        Fenced = broker.Fenced,
        InControlledShutdown = broker.InControlledShutdown,
        IsMigratingZkBroker = version.IsMigrationSupported && broker.IsMigratingZkBroker,
        LogDirs = version.IsDirectoryAssignmentSupported ? [.. broker.Directories] : [],
        CordonedLogDirs = version.IsCordonedLogDirsSupported && broker.CordonedDirectories is { } cordoned ? [.. cordoned] : null,
    };

    public static RegisterControllerRecord ToRecord(ControllerRegistration controller) => new()
    {
        ControllerId = controller.Id,
        IncarnationId = controller.IncarnationId,
        ZkMigrationReady = controller.ZkMigrationReady,
        EndPoints =
        [
            .. controller.Endpoints.Select(e => new RegisterControllerRecord.ControllerEndpoint
            {
                Name = e.ListenerName, Host = e.Host, Port = (ushort)e.Port, SecurityProtocol = e.SecurityProtocol,
            }),
        ],
        Features =
        [
            .. controller.SupportedFeatures.Select(f => new RegisterControllerRecord.ControllerFeature
            {
                Name = f.Key, MinSupportedVersion = f.Value.Min, MaxSupportedVersion = f.Value.Max,
            }),
        ],
    };

    // A request may name a feature twice, and its record is written unchanged. As in Kafka, the last entry applies.
    private static Dictionary<string, VersionRange> Ranges(IEnumerable<(string Name, VersionRange Range)> features)
    {
        var ranges = new Dictionary<string, VersionRange>(StringComparer.Ordinal);
        foreach (var (name, range) in features)
            ranges[name] = range;
        return ranges;
    }
}
