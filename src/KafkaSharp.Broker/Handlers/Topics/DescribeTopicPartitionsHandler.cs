using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Topics;

/// <summary>
/// DescribeTopicPartitions (75): topics in the order of their names, with a limit of partitions and the cursor of the next request
/// (KIP-966).
/// </summary>
internal sealed class DescribeTopicPartitionsHandler(Func<MetadataImage> image)
    : IApiHandler<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>
{
    /// <summary>The most partitions of one response (Kafka's <c>max.request.partition.size.limit</c>).</summary>
    private const int MaxPartitions = 2000;

    public ValueTask<DescribeTopicPartitionsResponse?> HandleAsync(RequestContext context, DescribeTopicPartitionsRequest request)
    {
        if (request.Cursor is { } start && (start.PartitionIndex < 0 || !IsAmong(request.Topics, start.TopicName)))
            return new ValueTask<DescribeTopicPartitionsResponse?>(Fail(request, ErrorCode.InvalidRequest, context.ApiVersion));
        var metadata = image();
        var all = request.Topics.Count == 0;
        var cursor = request.Cursor;
        var names = (all ? metadata.Topics.ByName.Keys : request.Topics.Select(topic => topic.Name))
            .Where(name => cursor is null || string.CompareOrdinal(name, cursor.TopicName) >= 0)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);
        var remaining = Math.Clamp(request.ResponsePartitionLimit, 1, MaxPartitions);
        var response = new DescribeTopicPartitionsResponse();
        foreach (var name in names)
        {
            if (remaining == 0)
            {
                response.NextCursor = new() { TopicName = name, PartitionIndex = 0 };
                break;
            }
            if (metadata.Topics.Topic(name) is not { } topic)
            {
                response.Topics.Add(Unknown(context, name));
                continue;
            }
            var first = cursor?.TopicName == name ? cursor.PartitionIndex : 0;
            var described = Describe(context, metadata, topic, first, remaining);
            response.Topics.Add(described);
            remaining -= described.Partitions.Count;
            var next = described.Partitions.Count == 0 ? topic.PartitionCount : described.Partitions[^1].PartitionIndex + 1;
            if (next < topic.PartitionCount)
            {
                response.NextCursor = new() { TopicName = name, PartitionIndex = next };
                break;
            }
        }
        return new ValueTask<DescribeTopicPartitionsResponse?>(response);
    }

    // As in Kafka, the cursor of a request for certain topics names one of them; without names, the next topic in order is described.
    private static bool IsAmong(List<DescribeTopicPartitionsRequest.TopicRequest> topics, string name) =>
        topics.Count == 0 || topics.Exists(topic => topic.Name == name);

    public DescribeTopicPartitionsResponse Fail(DescribeTopicPartitionsRequest request, ErrorCode error, short version) => new()
    {
        Topics =
        [
            .. request.Topics.Select(topic => new DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic
            {
                Name = topic.Name, ErrorCode = error,
            }),
        ],
    };

    private static DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic Unknown(RequestContext context, string name) =>
        new()
    {
        Name = name,
        ErrorCode = TopicName.Invalid(name) is null ? ErrorCode.UnknownTopicOrPartition : ErrorCode.InvalidTopicException,
        IsInternal = TopicName.IsInternal(name),
        TopicAuthorizedOperations = context.AuthorizedOperations(isAsked: true, ResourceType.Topic, name),
    };

    private static DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic Describe(
        RequestContext context, MetadataImage metadata, TopicImage topic, int first, int limit) => new()
    {
        Name = topic.Name,
        TopicId = topic.Id,
        IsInternal = TopicName.IsInternal(topic.Name),
        TopicAuthorizedOperations = context.AuthorizedOperations(isAsked: true, ResourceType.Topic, topic.Name),
        Partitions =
        [
            .. topic.Partitions.Where(partition => partition.Key >= first).Take(limit).Select(entry =>
            {
                var (id, partition) = entry;
                var description = PartitionDescription.Of(metadata, partition, context.ListenerName, knowsListenerNotFound: true);
                return new DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponsePartition
                {
                    PartitionIndex = id,
                    ErrorCode = description.Error,
                    LeaderId = description.Leader,
                    LeaderEpoch = partition.LeaderEpoch,
                    ReplicaNodes = [.. partition.Replicas],
                    IsrNodes = [.. partition.Isr],
                    EligibleLeaderReplicas = [.. partition.Elr],
                    LastKnownElr = [.. partition.LastKnownElr],
                    OfflineReplicas = [.. description.OfflineReplicas],
                };
            }),
        ],
    };
}
