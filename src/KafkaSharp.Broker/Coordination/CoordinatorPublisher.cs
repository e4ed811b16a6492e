using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Publishing;

namespace KafkaSharp.Broker.Coordination;

/// <summary>
/// Delivers metadata to a coordinator: which partitions of its topic this broker leads, and every other change. Must be registered after
/// the replica manager, whose partitions the shards are loaded from. The first update starts the coordinator, with the number of partitions
/// the topic has then, or will be created with.
/// </summary>
/// <param name="name">The publisher's name in logs.</param>
/// <param name="nodeId">This broker.</param>
/// <param name="topic">The topic of the coordinator.</param>
/// <param name="partitionsToCreate">The number of partitions the topic will be created with.</param>
/// <param name="coordinator">The coordinator.</param>
internal sealed class CoordinatorPublisher(
    string name, int nodeId, string topic, int partitionsToCreate, IPartitionedCoordinator coordinator) : IMetadataPublisher
{
    private bool _isStarted;

    public string Name { get; } = name;

    public void OnMetadataUpdate(MetadataDelta delta, MetadataImage newImage)
    {
        if (!_isStarted)
        {
            _isStarted = true;
            coordinator.Start(newImage.Topics.Topic(topic)?.PartitionCount ?? partitionsToCreate);
        }
        if (delta.Topics is { } topics)
            UpdateLeadership(topics.LocalChanges(nodeId));
        coordinator.OnMetadataUpdate(delta, newImage);
    }

    private void UpdateLeadership(LocalReplicaChanges changes)
    {
        foreach (var deleted in changes.Deletes.Where(id => id.TopicPartition.Topic == topic))
            coordinator.OnResignation(deleted.TopicPartition.Partition, null);
        foreach (var replica in changes.Followers.Where(replica => replica.Partition.Topic == topic))
            coordinator.OnResignation(replica.Partition.Partition, replica.Registration.LeaderEpoch);
        foreach (var replica in changes.Leaders.Where(replica => replica.Partition.Topic == topic))
            coordinator.OnElection(replica.Partition.Partition, replica.Registration.LeaderEpoch);
    }
}
