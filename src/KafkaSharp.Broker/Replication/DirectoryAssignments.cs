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

    private readonly ConcurrentDictionary<TopicIdPartition, Assignment> _pending = new();

    public bool IsEmpty => _pending.IsEmpty;

    /// <summary>Called when an assignment was added.</summary>
    public Action? Added { get; set; }

    /// <summary>Adds an assignment, in place of an earlier one of the replica.</summary>
    /// <param name="partition">The replica.</param>
    /// <param name="directory">The directory where it is or will be.</param>
    /// <param name="accepted">Called when the controller has accepted it, if no other one came in between.</param>
    public void Add(TopicIdPartition partition, Uuid directory, Action? accepted = null)
    {
        _pending[partition] = new Assignment(directory, accepted);
        Added?.Invoke();
    }

    /// <summary>The next request to the controller, with pending assignments up to the limit.</summary>
    public AssignReplicasToDirsRequest Next(int brokerId, long brokerEpoch)
    {
        var request = new AssignReplicasToDirsRequest { BrokerId = brokerId, BrokerEpoch = brokerEpoch };
        var left = RequestLimit;
        foreach (var (partition, assignment) in _pending)
        {
            if (left-- == 0)
                break;
            var id = assignment.Directory;
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

    /// <summary>
    /// Removes the assignments of a successful request. One that has changed since remains pending. One that the controller refuses,
    /// because it does not know the replica any more, is dropped.
    /// </summary>
    public void Reported(AssignReplicasToDirsResponse response)
    {
        var errors = new Dictionary<(Uuid TopicId, int Partition, Uuid Directory), ErrorCode>();
        foreach (var directory in response.Directories)
        {
            foreach (var topic in directory.Topics)
            {
                foreach (var partition in topic.Partitions)
                    errors[(topic.TopicId, partition.PartitionIndex, directory.Id)] = partition.ErrorCode;
            }
        }
        foreach (var (partition, assignment) in _pending)
        {
            var key = (partition.TopicId, partition.TopicPartition.Partition, assignment.Directory);
            if (errors.TryGetValue(key, out var error) && _pending.TryRemove(KeyValuePair.Create(partition, assignment))
                && error == ErrorCode.None)
                assignment.Accepted?.Invoke();
        }
    }

    private sealed record Assignment(Uuid Directory, Action? Accepted);
}
