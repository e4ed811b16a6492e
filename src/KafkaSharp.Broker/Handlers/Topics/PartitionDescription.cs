using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Handlers.Topics;

/// <summary>
/// A partition as clients of one listener see it: its leader where they can reach it, and its offline replicas.
/// </summary>
internal readonly record struct PartitionDescription(ErrorCode Error, int Leader, int[] OfflineReplicas)
{
    /// <param name="image">The metadata.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="listener">The listener the client came in on.</param>
    /// <param name="knowsListenerNotFound">Whether the client knows LISTENER_NOT_FOUND.</param>
    public static PartitionDescription Of(MetadataImage image, PartitionRegistration partition, string listener, bool knowsListenerNotFound)
    {
        var offline = partition.Replicas.Any(replica => !IsOnline(image, partition, replica, listener))
            ? partition.Replicas.Where(replica => !IsOnline(image, partition, replica, listener)).ToArray()
            : [];
        if (image.Cluster.Broker(partition.Leader) is not { Fenced: false } leader)
            return new PartitionDescription(ErrorCode.LeaderNotAvailable, PartitionRegistration.NoLeader, offline);
        return leader.Endpoint(listener) is null
            ? new(knowsListenerNotFound ? ErrorCode.ListenerNotFound
                : ErrorCode.LeaderNotAvailable, PartitionRegistration.NoLeader, offline)
            : new(ErrorCode.None, partition.Leader, offline);
    }

    private static bool IsOnline(MetadataImage image, PartitionRegistration partition, int replica, string listener) =>
        image.Cluster.Broker(replica) is { Fenced: false } broker
        && broker.Endpoint(listener) is not null
        && broker.HasOnlineDirectory(partition.Directory(replica) ?? DirectoryId.Migrating);
}
