using KafkaSharp.Broker.Replication;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Storage.ProducerState;

namespace KafkaSharp.Broker.Handlers.Producers;

/// <summary>
/// DescribeProducers (61): the idempotent and transactional producers of partitions on this broker, with their open transactions (KIP-664).
/// </summary>
internal sealed class DescribeProducersHandler(ReplicaManager replicas, Func<MetadataImage> image)
    : IApiHandler<DescribeProducersRequest, DescribeProducersResponse>
{
    public ValueTask<DescribeProducersResponse?> HandleAsync(RequestContext context, DescribeProducersRequest request)
    {
        var metadata = image();
        // A partition that is named several times is in the response as often, but its producers are copied once.
        Dictionary<TopicPartition, DescribeProducersResponse.PartitionResponse> described = [];
        var response = new DescribeProducersResponse();
        foreach (var topic in request.Topics)
        {
            var error = ErrorOf(context, metadata, topic.Name, out var message);
            var result = new DescribeProducersResponse.TopicResponse { Name = topic.Name };
            foreach (var index in topic.PartitionIndexes)
            {
                result.Partitions.Add(error == ErrorCode.None
                    ? Describe(context, new TopicPartition(topic.Name, index), described)
                    : new() { PartitionIndex = index, ErrorCode = error, ErrorMessage = message });
            }
            response.Topics.Add(result);
        }
        return new ValueTask<DescribeProducersResponse?>(response);
    }

    public DescribeProducersResponse Fail(DescribeProducersRequest request, ErrorCode error, short version) => new()
    {
        Topics = request.Topics.ConvertAll(topic => new DescribeProducersResponse.TopicResponse
        {
            Name = topic.Name,
            Partitions = topic.PartitionIndexes.ConvertAll(
                index => new DescribeProducersResponse.PartitionResponse { PartitionIndex = index, ErrorCode = error }),
        }),
    };

    private static ErrorCode ErrorOf(RequestContext context, MetadataImage metadata, string topic, out string? message)
    {
        message = TopicName.Invalid(topic);
        if (message is not null)
            return ErrorCode.InvalidTopicException;
        var error = !context.Authorize(AclOperation.Read, ResourceType.Topic, topic) ? ErrorCode.TopicAuthorizationFailed
            : metadata.Topics.Topic(topic) is null ? ErrorCode.UnknownTopicOrPartition
            : ErrorCode.None;
        message = error.Message();
        return error;
    }

    private DescribeProducersResponse.PartitionResponse Describe(
        RequestContext context, TopicPartition name, Dictionary<TopicPartition, DescribeProducersResponse.PartitionResponse> described)
    {
        if (described.TryGetValue(name, out var known))
            return known;
        context.CheckIn();
        var result = new DescribeProducersResponse.PartitionResponse
        {
            PartitionIndex = name.Partition,
            ErrorCode = replicas.Find(name, out var partition),
        };
        if (partition is not null)
            result.ActiveProducers = partition.Log.Producers.Inspect(producers => producers.Producers.Select(Describe).ToList());
        described.Add(name, result);
        return result;
    }

    private static DescribeProducersResponse.ProducerState Describe(ProducerStateEntry producer) => new()
    {
        ProducerId = producer.ProducerId,
        ProducerEpoch = producer.ProducerEpoch,
        LastSequence = producer.LastSequence,
        LastTimestamp = producer.LastTimestamp,
        CoordinatorEpoch = producer.CoordinatorEpoch,
        CurrentTxnStartOffset = producer.CurrentTransactionFirstOffset ?? -1,
    };
}
