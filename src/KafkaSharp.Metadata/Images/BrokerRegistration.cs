using KafkaSharp.Protocol;

namespace KafkaSharp.Metadata.Images;

/// <summary>
/// A registered broker (Kafka's <c>BrokerRegistration</c>): its epoch (the offset of its registration), endpoints, features and
/// directories, and whether it is fenced or shutting down. Immutable. <see cref="CordonedDirectories"/> is null before
/// <c>metadata.version</c> 30.
/// </summary>
public sealed record BrokerRegistration(
    int Id,
    long Epoch,
    Uuid IncarnationId,
    IReadOnlyList<NodeEndpoint> Endpoints,
    IReadOnlyDictionary<string, VersionRange> SupportedFeatures,
    string? Rack,
    bool Fenced,
    bool InControlledShutdown,
    bool IsMigratingZkBroker,
    IReadOnlyList<Uuid> Directories,
    IReadOnlyList<Uuid>? CordonedDirectories)
{
    /// <summary>The endpoint of a listener; null if the broker does not have the listener.</summary>
    public NodeEndpoint? Endpoint(string listenerName)
    {
        foreach (var endpoint in Endpoints)
        {
            if (string.Equals(endpoint.ListenerName, listenerName, StringComparison.OrdinalIgnoreCase))
                return endpoint;
        }
        return null;
    }

    /// <summary>
    /// Whether a replica in the given directory is online: the directory is unassigned, migrating, or one of the broker's online
    /// directories.
    /// </summary>
    public bool HasOnlineDirectory(Uuid directory) => DirectoryId.IsOnline(directory, Directories);
}
