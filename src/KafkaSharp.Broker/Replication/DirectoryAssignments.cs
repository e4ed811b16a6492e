using System.Collections.Concurrent;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Replication;

/// <summary>
/// Replicas that lie in another log directory than the metadata says, which leaves the choice to a broker that has several: the controller is to be
/// told, so that it knows what the loss of a directory takes away (Kafka's <c>AssignmentsManager</c>, KIP-858). Safe for use from any thread.
/// </summary>
sealed class DirectoryAssignments
{
    // As many as Kafka puts into one request.
    private const int RequestLimit = 2048;

    private readonly ConcurrentDictionary<TopicIdPartition, Uuid> _pending = new();

    public bool IsEmpty => _pending.IsEmpty;

    /// <summary>Called when the controller has something to learn.</summary>
    public Action? Added { get; set; }

    public void Add(TopicIdPartition partition, Uuid directory)
    {
        _pending[partition] = directory;
        Added?.Invoke();
    }

    /// <summary>What the controller is to be told now.</summary>
    public AssignReplicasToDirsRequest Next(int brokerId, long brokerEpoch)
    {
        var request = new AssignReplicasToDirsRequest { BrokerId = brokerId, BrokerEpoch = brokerEpoch };
        var left = RequestLimit;
        foreach (var (partition, id) in _pending)
        {
            if (left-- == 0)
                break;
            var directory = request.Directories.Find(d => d.Id == id);
            if (directory is null)
                request.Directories.Add(directory = new AssignReplicasToDirsRequest.DirectoryData { Id = id });
            var topic = directory.Topics.Find(t => t.TopicId == partition.TopicId);
            if (topic is null)
                directory.Topics.Add(topic = new AssignReplicasToDirsRequest.TopicData { TopicId = partition.TopicId });
            topic.Partitions.Add(new AssignReplicasToDirsRequest.PartitionData { PartitionIndex = partition.TopicPartition.Partition });
        }
        return request;
    }

    /// <summary>The controller was told; what has changed since stays.</summary>
    public void Told(AssignReplicasToDirsRequest request)
    {
        foreach (var (partition, id) in _pending)
        {
            if (request.Directories.Exists(directory => directory.Id == id && directory.Topics.Exists(topic => topic.TopicId == partition.TopicId
                && topic.Partitions.Exists(p => p.PartitionIndex == partition.TopicPartition.Partition))))
                _pending.TryRemove(KeyValuePair.Create(partition, id));
        }
    }
}
