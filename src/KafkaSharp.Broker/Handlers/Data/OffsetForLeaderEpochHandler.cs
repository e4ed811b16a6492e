using KafkaSharp.Broker.Replication;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Data;

/// <summary>
/// OffsetForLeaderEpoch (23): where a leader epoch ended, by which a fetcher finds out that the log it read was truncated (KIP-320). As in
/// Kafka, a partition that is named twice has two results.
/// </summary>
internal sealed class OffsetForLeaderEpochHandler(ReplicaManager replicas)
    : IApiHandler<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>
{
    public ValueTask<OffsetForLeaderEpochResponse?> HandleAsync(RequestContext context, OffsetForLeaderEpochRequest request)
    {
        var response = new OffsetForLeaderEpochResponse();
        foreach (var topic in request.Topics)
        {
            var responseTopic = new OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult { Topic = topic.Topic };
            response.Topics.Add(responseTopic);
            foreach (var wanted in topic.Partitions)
            {
                var result = new OffsetForLeaderEpochResponse.EpochEndOffset { Partition = wanted.Partition };
                result.ErrorCode = replicas.Find(new TopicPartition(topic.Topic, wanted.Partition), out var partition);
                if (result.ErrorCode == ErrorCode.None)
                    result.ErrorCode = partition!.CheckLeader(wanted.CurrentLeaderEpoch);
                if (result.ErrorCode == ErrorCode.None)
                    (result.LeaderEpoch, result.EndOffset) = partition!.EndOffsetFor(wanted.LeaderEpoch);
                responseTopic.Partitions.Add(result);
            }
        }
        return new ValueTask<OffsetForLeaderEpochResponse?>(response);
    }

    public OffsetForLeaderEpochResponse Fail(OffsetForLeaderEpochRequest request, ErrorCode error, short version) => new()
    {
        Topics = request.Topics.ConvertAll(topic => new OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult
        {
            Topic = topic.Topic,
            Partitions = topic.Partitions.ConvertAll(
                partition => new OffsetForLeaderEpochResponse.EpochEndOffset { Partition = partition.Partition, ErrorCode = error }),
        }),
    };
}
