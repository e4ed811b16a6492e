using KafkaSharp.Broker.Replication;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Data;

/// <summary>
/// DeleteRecords (21): raises a partition's log start offset; -1 means up to the high watermark. The response has the low watermark. Only
/// in topics whose cleanup policy deletes can records be deleted (POLICY_VIOLATION otherwise).
/// </summary>
internal sealed class DeleteRecordsHandler(ReplicaManager replicas) : IApiHandler<DeleteRecordsRequest, DeleteRecordsResponse>
{
    private const long ToHighWatermark = -1;
    private const long InvalidLowWatermark = -1;

    public ValueTask<DeleteRecordsResponse?> HandleAsync(RequestContext context, DeleteRecordsRequest request)
    {
        var response = new DeleteRecordsResponse();
        foreach (var (name, offset) in Merge(request))
        {
            if (response.Topics.Count == 0 || response.Topics[^1].Name != name.Topic)
                response.Topics.Add(new DeleteRecordsResponse.DeleteRecordsTopicResult { Name = name.Topic });
            var error = Delete(name, offset, out var lowWatermark);
            response.Topics[^1].Partitions.Add(new DeleteRecordsResponse.DeleteRecordsPartitionResult
            {
                PartitionIndex = name.Partition,
                LowWatermark = error == ErrorCode.None ? lowWatermark : InvalidLowWatermark,
                ErrorCode = error,
            });
        }
        return new ValueTask<DeleteRecordsResponse?>(response);
    }

    // As in Kafka, a partition that is named several times counts once, with its last offset.
    private static OrderedDictionary<TopicPartition, long> Merge(DeleteRecordsRequest request)
    {
        var offsets = new OrderedDictionary<TopicPartition, long>();
        foreach (var topic in request.Topics)
        {
            foreach (var partition in topic.Partitions)
                offsets[new TopicPartition(topic.Name, partition.PartitionIndex)] = partition.Offset;
        }
        return offsets;
    }

    private ErrorCode Delete(TopicPartition name, long offset, out long lowWatermark)
    {
        lowWatermark = InvalidLowWatermark;
        var error = replicas.Find(name, out var partition);
        if (error != ErrorCode.UnknownTopicOrPartition && TopicName.IsInternal(name.Topic))
            return ErrorCode.InvalidTopicException;
        if (error != ErrorCode.None)
            return error;
        if (!partition!.IsLeader)
            return ErrorCode.NotLeaderOrFollower;
        if (!partition.Log.Config.IsDelete)
            return ErrorCode.PolicyViolation;
        var target = offset == ToHighWatermark ? partition.Log.HighWatermark : offset;
        if (target < 0)
            return ErrorCode.OffsetOutOfRange;
        error = partition.Log.IncrementLogStartOffset(target);
        lowWatermark = partition.Log.LogStartOffset;
        return error;
    }

    public DeleteRecordsResponse Fail(DeleteRecordsRequest request, ErrorCode error, short version) => new()
    {
        Topics = request.Topics.ConvertAll(topic => new DeleteRecordsResponse.DeleteRecordsTopicResult
        {
            Name = topic.Name,
            Partitions = topic.Partitions.ConvertAll(partition => new DeleteRecordsResponse.DeleteRecordsPartitionResult
            {
                PartitionIndex = partition.PartitionIndex,
                LowWatermark = InvalidLowWatermark,
                ErrorCode = error,
            }),
        }),
    };
}
