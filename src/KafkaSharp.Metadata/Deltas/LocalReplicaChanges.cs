using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;

namespace KafkaSharp.Metadata.Deltas;

/// <summary>
/// The changes of the replicas of one broker (Kafka's <c>LocalReplicaChanges</c>): replicas to delete, to lead and to follow.
/// <see cref="ElectedLeaders"/> are those of <see cref="Leaders"/> with a new leader epoch.
/// </summary>
public sealed class LocalReplicaChanges
{
    private readonly List<LocalReplica> _leaders = [];
    private readonly List<LocalReplica> _electedLeaders = [];
    private readonly List<LocalReplica> _followers = [];
    private readonly List<TopicIdPartition> _deletes = [];

    public IReadOnlyList<LocalReplica> Leaders => _leaders;

    public IReadOnlyList<LocalReplica> ElectedLeaders => _electedLeaders;

    public IReadOnlyList<LocalReplica> Followers => _followers;

    /// <summary>Replicas that were removed from this broker, by deletion of the topic or by reassignment.</summary>
    public IReadOnlyList<TopicIdPartition> Deletes => _deletes;

    internal static LocalReplicaChanges Of(TopicsDelta delta, int brokerId)
    {
        var changes = new LocalReplicaChanges();
        foreach (var (id, topic) in delta.DeletedTopics)
        {
            foreach (var (partition, registration) in topic.Partitions)
            {
                if (registration.IsReplica(brokerId))
                    changes._deletes.Add(new TopicIdPartition(id, new TopicPartition(topic.Name, partition)));
            }
        }
        foreach (var topic in delta.ChangedTopics.Values)
        {
            foreach (var (partition, registration) in topic.PartitionChanges)
                changes.Add(topic, partition, registration, brokerId);
        }
        return changes;
    }

    private void Add(TopicDelta topic, int partition, PartitionRegistration registration, int brokerId)
    {
        var before = topic.Before?.Partition(partition);
        var name = new TopicPartition(topic.Name, partition);
        if (!registration.IsReplica(brokerId))
        {
            if (before?.IsReplica(brokerId) == true)
                _deletes.Add(new TopicIdPartition(topic.Id, name));
            return;
        }
        var replica = new LocalReplica(topic.Id, name, registration);
        if (registration.Leader == brokerId)
        {
            _leaders.Add(replica);
            if (before is null || before.LeaderEpoch != registration.LeaderEpoch)
                _electedLeaders.Add(replica);
        }
        else
        {
            _followers.Add(replica);
        }
    }
}
