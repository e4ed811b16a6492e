using KafkaSharp.Broker.Replication;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Data;

/// <summary>
/// DeleteRecords (21): raises a partition's log start offset; -1 means up to the high watermark. The answer is the low watermark. Only topics whose
/// cleanup policy deletes may lose records (POLICY_VIOLATION).
/// </summary>
sealed class DeleteRecordsHandler(ReplicaManager replicas) : IApiHandler<DeleteRecordsRequest, DeleteRecordsResponse>
{
    private const long ToHighWatermark = -1;
    private const long InvalidLowWatermark = -1;

    public ValueTask<DeleteRecordsResponse?> HandleAsync(RequestContext context, DeleteRecordsRequest request)
    {
        var response = new DeleteRecordsResponse();
        foreach (var topic in request.Topics)
        {
            var answer = new DeleteRecordsResponse.DeleteRecordsTopicResult { Name = topic.Name };
            response.Topics.Add(answer);
            foreach (var wanted in topic.Partitions)
            {
                var error = Delete(new TopicPartition(topic.Name, wanted.PartitionIndex), wanted.Offset, out var lowWatermark);
                answer.Partitions.Add(new DeleteRecordsResponse.DeleteRecordsPartitionResult
                {
                    PartitionIndex = wanted.PartitionIndex,
                    LowWatermark = error == ErrorCode.None ? lowWatermark : InvalidLowWatermark,
                    ErrorCode = error,
                });
            }
        }
        return new ValueTask<DeleteRecordsResponse?>(response);
    }

    private ErrorCode Delete(TopicPartition name, long offset, out long lowWatermark)
    {
        lowWatermark = InvalidLowWatermark;
        if (TopicName.IsInternal(name.Topic))
            return ErrorCode.InvalidTopicException;
        var error = replicas.Find(name, out var partition);
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
