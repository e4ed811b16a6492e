using KafkaSharp.Protocol;

namespace KafkaSharp.Metadata.Images;

/// <summary>A registered controller (KIP-919). Immutable.</summary>
public sealed record ControllerRegistration(
    int Id,
    Uuid IncarnationId,
    bool ZkMigrationReady,
    IReadOnlyList<NodeEndpoint> Endpoints,
    IReadOnlyDictionary<string, VersionRange> SupportedFeatures);
