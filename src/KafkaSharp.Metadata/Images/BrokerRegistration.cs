using KafkaSharp.Protocol;

namespace KafkaSharp.Metadata.Images;

/// <summary>
/// A broker as it registered: its epoch (the offset of its registration), endpoints, features, directories, and whether it is fenced or
/// shutting down. Immutable. <see cref="CordonedDirectories"/> is null where the broker told none (before <c>metadata.version</c> 30).
/// </summary>
public sealed record BrokerRegistration(
    int Id,
    long Epoch,
    Uuid IncarnationId,
    IReadOnlyList<Endpoint> Endpoints,
    IReadOnlyDictionary<string, VersionRange> SupportedFeatures,
    string? Rack,
    bool Fenced,
    bool InControlledShutdown,
    bool IsMigratingZkBroker,
    IReadOnlyList<Uuid> Directories,
    IReadOnlyList<Uuid>? CordonedDirectories)
{
    /// <summary>The endpoint of a listener, or null where the broker has none of that name.</summary>
    public Endpoint? Endpoint(string listenerName)
    {
        foreach (var endpoint in Endpoints)
        {
            if (string.Equals(endpoint.ListenerName, listenerName, StringComparison.OrdinalIgnoreCase))
                return endpoint;
        }
        return null;
    }

    /// <summary>
    /// Whether a replica in the given directory is on line: the directory is unassigned, migrating or one the broker has.
    /// </summary>
    public bool HasOnlineDirectory(Uuid directory) => DirectoryId.IsOnline(directory, Directories);
}
