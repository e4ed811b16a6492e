using KafkaSharp.Metadata.Features;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Images;

/// <summary>
/// Converts registration requests to records, registrations to records, and records to registrations. The records' endpoints and features
/// are made in this file only.
/// </summary>
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

    public static RegisterBrokerRecord ToRecord(BrokerRegistrationRequest request, MetadataVersion version) => new()
    {
        BrokerId = request.BrokerId,
        IncarnationId = request.IncarnationId,
        EndPoints = [.. request.Listeners.Select(l => BrokerEndpoint(l.Name, l.Host, l.Port, l.SecurityProtocol))],
        Features = [.. request.Features.Select(f => BrokerFeature(f.Name, f.MinSupportedVersion, f.MaxSupportedVersion))],
        Rack = request.Rack,
        LogDirs = version.IsDirectoryAssignmentSupported ? [.. request.LogDirs] : [],
    };

    public static RegisterBrokerRecord ToRecord(BrokerRegistration broker, MetadataVersion version) => new()
    {
        BrokerId = broker.Id,
        BrokerEpoch = broker.Epoch,
        IncarnationId = broker.IncarnationId,
        EndPoints = [.. broker.Endpoints.Select(e => BrokerEndpoint(e.ListenerName, e.Host, (ushort)e.Port, e.SecurityProtocol))],
        Features = [.. broker.SupportedFeatures.Select(f => BrokerFeature(f.Key, f.Value.Min, f.Value.Max))],
        Rack = broker.Rack,
        Fenced = broker.Fenced,
        InControlledShutdown = broker.InControlledShutdown,
        IsMigratingZkBroker = version.IsMigrationSupported && broker.IsMigratingZkBroker,
        LogDirs = version.IsDirectoryAssignmentSupported ? [.. broker.Directories] : [],
        CordonedLogDirs = version.IsCordonedLogDirsSupported && broker.CordonedDirectories is { } cordoned ? [.. cordoned] : null,
    };

    public static RegisterControllerRecord ToRecord(ControllerRegistrationRequest request) => new()
    {
        ControllerId = request.ControllerId,
        IncarnationId = request.IncarnationId,
        ZkMigrationReady = request.ZkMigrationReady,
        EndPoints = [.. request.Listeners.Select(l => ControllerEndpoint(l.Name, l.Host, l.Port, l.SecurityProtocol))],
        Features = [.. request.Features.Select(f => ControllerFeature(f.Name, f.MinSupportedVersion, f.MaxSupportedVersion))],
    };

    public static RegisterControllerRecord ToRecord(ControllerRegistration controller) => new()
    {
        ControllerId = controller.Id,
        IncarnationId = controller.IncarnationId,
        ZkMigrationReady = controller.ZkMigrationReady,
        EndPoints = [.. controller.Endpoints.Select(e => ControllerEndpoint(e.ListenerName, e.Host, (ushort)e.Port, e.SecurityProtocol))],
        Features = [.. controller.SupportedFeatures.Select(f => ControllerFeature(f.Key, f.Value.Min, f.Value.Max))],
    };

    private static RegisterBrokerRecord.BrokerEndpoint BrokerEndpoint(string name, string host, ushort port, short protocol) =>
        new() { Name = name, Host = host, Port = port, SecurityProtocol = protocol };

    private static RegisterBrokerRecord.BrokerFeature BrokerFeature(string name, short min, short max) =>
        new() { Name = name, MinSupportedVersion = min, MaxSupportedVersion = max };

    private static RegisterControllerRecord.ControllerEndpoint ControllerEndpoint(string name, string host, ushort port, short protocol) =>
        new() { Name = name, Host = host, Port = port, SecurityProtocol = protocol };

    private static RegisterControllerRecord.ControllerFeature ControllerFeature(string name, short min, short max) =>
        new() { Name = name, MinSupportedVersion = min, MaxSupportedVersion = max };

    // A request may name a feature twice, and its record is written unchanged. As in Kafka, the last entry applies.
    private static Dictionary<string, VersionRange> Ranges(IEnumerable<(string Name, VersionRange Range)> features)
    {
        var ranges = new Dictionary<string, VersionRange>(StringComparer.Ordinal);
        foreach (var (name, range) in features)
            ranges[name] = range;
        return ranges;
    }
}
