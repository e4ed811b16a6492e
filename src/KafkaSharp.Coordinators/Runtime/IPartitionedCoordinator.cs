using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;

namespace KafkaSharp.Coordinators.Runtime;

/// <summary>
/// A coordinator whose state is in the partitions of a topic: the broker that leads a partition serves what it holds. All members may be
/// called from any thread.
/// </summary>
public interface IPartitionedCoordinator
{
    /// <summary>
    /// Begins to serve. The number of partitions of the topic is fixed from here on, as in Kafka: it decides which partition holds an id,
    /// so that an id would not be found after a change.
    /// </summary>
    void Start(int partitionCount);

    /// <summary>The partition of the topic that holds an id; null before the start and after the stop.</summary>
    int? PartitionFor(string id);

    /// <summary>
    /// This broker leads the partition as of an epoch: loads its shard in the background. An epoch that is not newer than the known one is
    /// ignored. A running shard only receives the new epoch; a failed one is discarded and reloaded.
    /// </summary>
    void OnElection(int partition, int leaderEpoch);

    /// <summary>
    /// This broker does not lead the partition any more, as of an epoch or, without one, because it has no replica of it any more: unloads
    /// the shard in the background.
    /// </summary>
    void OnResignation(int partition, int? leaderEpoch);

    /// <summary>Delivers a change of the cluster's metadata to every shard. Calls come one after another.</summary>
    void OnMetadataUpdate(MetadataDelta delta, MetadataImage image);
}
