using KafkaSharp.Coordinators;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Publishing;

namespace KafkaSharp.Broker.Coordination;

/// <summary>
/// Tells the group coordinator what changed: which partitions of <c>__consumer_offsets</c> this broker leads, and which topics are gone.
/// Must be registered after the replica manager, whose partitions the shards are loaded from.
/// </summary>
sealed class GroupCoordinatorPublisher(int nodeId, GroupCoordinator coordinator) : IMetadataPublisher
{
    public string Name => "GroupCoordinator";

    public void OnMetadataUpdate(MetadataDelta delta, MetadataImage newImage)
    {
        if (delta.Topics is not { } topics)
            return;
        var changes = topics.LocalChanges(nodeId);
        foreach (var deleted in changes.Deletes.Where(id => id.TopicPartition.Topic == OffsetsTopic.Name))
            coordinator.OnResignation(deleted.TopicPartition.Partition, null);
        foreach (var replica in changes.Followers.Where(replica => replica.Partition.Topic == OffsetsTopic.Name))
            coordinator.OnResignation(replica.Partition.Partition, replica.Registration.LeaderEpoch);
        foreach (var replica in changes.Leaders.Where(replica => replica.Partition.Topic == OffsetsTopic.Name))
            coordinator.OnElection(replica.Partition.Partition, replica.Registration.LeaderEpoch);
        if (topics.DeletedTopics.Count > 0)
            _ = coordinator.OnTopicsDeletedAsync([.. topics.DeletedTopics.Values.Select(topic => new DeletedTopic(topic.Name, topic.Id))]);
    }
}
