using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.GroupService;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Publishing;

namespace KafkaSharp.Broker.Coordination;

/// <summary>
/// Delivers metadata to the group coordinator: which partitions of <c>__consumer_offsets</c> this broker leads, and every other change.
/// Must be registered after the replica manager, whose partitions the shards are loaded from. The first update starts the coordinator, with
/// the number of partitions the topic has then, or will be created with.
/// </summary>
internal sealed class GroupCoordinatorPublisher(int nodeId, int partitionsToCreate, GroupCoordinator coordinator) : IMetadataPublisher
{
    private bool _isStarted;

    public string Name => "GroupCoordinator";

    public void OnMetadataUpdate(MetadataDelta delta, MetadataImage newImage)
    {
        if (!_isStarted)
        {
            _isStarted = true;
            coordinator.Start(newImage.Topics.Topic(OffsetsTopic.Name)?.PartitionCount ?? partitionsToCreate);
        }
        if (delta.Topics is { } topics)
            UpdateLeadership(topics.LocalChanges(nodeId));
        coordinator.OnMetadataUpdate(delta, newImage);
    }

    private void UpdateLeadership(LocalReplicaChanges changes)
    {
        foreach (var deleted in changes.Deletes.Where(id => id.TopicPartition.Topic == OffsetsTopic.Name))
            coordinator.OnResignation(deleted.TopicPartition.Partition, null);
        foreach (var replica in changes.Followers.Where(replica => replica.Partition.Topic == OffsetsTopic.Name))
            coordinator.OnResignation(replica.Partition.Partition, replica.Registration.LeaderEpoch);
        foreach (var replica in changes.Leaders.Where(replica => replica.Partition.Topic == OffsetsTopic.Name))
            coordinator.OnElection(replica.Partition.Partition, replica.Registration.LeaderEpoch);
    }
}
