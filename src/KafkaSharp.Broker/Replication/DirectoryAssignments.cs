using System.Collections.Concurrent;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Replication;

/// <summary>
/// The replicas whose log directory differs from the one in the metadata and must be reported to the controller, so that it knows which
/// partitions are lost with a directory (Kafka's <c>AssignmentsManager</c>, KIP-858). Thread-safe.
/// </summary>
internal sealed class DirectoryAssignments
{
    // The limit of Kafka.
    private const int RequestLimit = 2048;

    private readonly ConcurrentDictionary<TopicIdPartition, Uuid> _pending = new();

    public bool IsEmpty => _pending.IsEmpty;

    /// <summary>Called when an assignment was added.</summary>
    public Action? Added { get; set; }

    public void Add(TopicIdPartition partition, Uuid directory)
    {
        _pending[partition] = directory;
        Added?.Invoke();
    }

    /// <summary>The next request to the controller, with pending assignments up to the limit.</summary>
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

    /// <summary>Removes the assignments of a successful request. An assignment that has changed since remains pending.</summary>
    public void Reported(AssignReplicasToDirsRequest request)
    {
        foreach (var (partition, id) in _pending)
        {
            if (request.Directories.Exists(
                directory => directory.Id == id && directory.Topics.Exists(topic => topic.TopicId == partition.TopicId
                && topic.Partitions.Exists(p => p.PartitionIndex == partition.TopicPartition.Partition))))
                _pending.TryRemove(KeyValuePair.Create(partition, id));
        }
    }
}
