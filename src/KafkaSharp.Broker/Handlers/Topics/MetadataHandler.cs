using KafkaSharp.Broker.Provisioning;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Topics;

/// <summary>
/// Metadata (3): brokers, and topics with their partitions and leaders. A missing topic is created where request and broker allow it; the
/// response then has its leaders, so that the client need not retry.
/// </summary>
internal sealed class MetadataHandler(Func<MetadataImage> image, string clusterId, AutoTopicCreation creation)
    : IApiHandler<MetadataRequest, MetadataResponse>
{
    /// <summary>The most partitions that are described on the socket's thread.</summary>
    private const int MaxInlinePartitions = 1000;

    public async ValueTask<MetadataResponse?> HandleAsync(RequestContext context, MetadataRequest request)
    {
        var byId = request.Topics?.Any(topic => !topic.TopicId.IsZero) == true;
        // Before version 12 the response cannot carry a topic without a name (KAFKA-14195).
        if (byId && context.ApiVersion < 12)
            return Fail(request, ErrorCode.InvalidRequest, context.ApiVersion);
        // Kafka responds this way up to version 11; from 12 on its handler fails with an exception.
        if (request.Topics?.Any(topic => topic is { Name: null, TopicId.IsZero: true }) == true)
            return Fail(request, ErrorCode.InvalidRequest, context.ApiVersion);
        var all = request.Topics is null || (context.ApiVersion == 0 && request.Topics.Count == 0);
        if (!all && !byId && AllowsCreation(context, request))
            await creation.CreateMissingAsync(request.Topics!.Select(topic => topic.Name!), context.ForController());

        var metadata = image();
        var topics = all ? null : Requested(request.Topics!, byId);
        return HasMany(metadata, topics)
            ? await context.RunOnLaneAsync(_ => Respond(context, request, metadata, topics))
            : Respond(context, request, metadata, topics);
    }

    public MetadataResponse Fail(MetadataRequest request, ErrorCode error, short version) => new()
    {
        ErrorCode = error,
        ControllerId = -1,
        Topics =
        [
            .. (request.Topics ?? []).Select(topic => new MetadataResponse.MetadataResponseTopic
            {
                ErrorCode = error, Name = topic.Name ?? "", TopicId = topic.TopicId,
            }),
        ],
    };

    private MetadataResponse Respond(
        RequestContext context, MetadataRequest request, MetadataImage metadata,
        IReadOnlyList<MetadataRequest.MetadataRequestTopic>? topics)
    {
        var response = new MetadataResponse
        {
            ClusterId = clusterId,
            Brokers = [.. Brokers(metadata, context.ListenerName)],
            ControllerId = Controller(metadata),
            // From version 11 on they are part of DescribeCluster.
            ClusterAuthorizedOperations = context.AuthorizedOperations(
                context.ApiVersion is >= 8 and <= 10
                    && request.IncludeClusterAuthorizedOperations, ResourceType.Cluster, ResourceTypes.ClusterName),
        };
        if (topics is null)
        {
            foreach (var topic in metadata.Topics.ById.Values)
                response.Topics.Add(Describe(context, request, metadata, topic));
        }
        else
        {
            foreach (var topic in topics)
                response.Topics.Add(Describe(context, request, metadata, topic));
        }
        return response;
    }

    // The cost depends on the partitions, not on the request's size: many are described on a worker lane.
    private static bool HasMany(MetadataImage metadata, IReadOnlyList<MetadataRequest.MetadataRequestTopic>? topics)
    {
        var left = MaxInlinePartitions;
        var images = topics is null ? metadata.Topics.ById.Values : topics.Select(topic => Find(metadata, topic)).OfType<TopicImage>();
        foreach (var topic in images)
        {
            left -= topic.PartitionCount;
            if (left < 0)
                return true;
        }
        return false;
    }

    private static TopicImage? Find(MetadataImage metadata, MetadataRequest.MetadataRequestTopic topic) =>
        topic.TopicId.IsZero ? metadata.Topics.Topic(topic.Name ?? "") : metadata.Topics.Topic(topic.TopicId);

    // Each topic once; where there are ids, the names in the same request are ignored, as in Kafka.
    private static List<MetadataRequest.MetadataRequestTopic> Requested(List<MetadataRequest.MetadataRequestTopic> topics, bool byId) =>
        byId ? [.. topics.Where(topic => !topic.TopicId.IsZero).DistinctBy(topic => topic.TopicId)]
        : topics.Count == 1 ? topics
        : [.. topics.DistinctBy(topic => topic.Name, StringComparer.Ordinal)];

    // As in Kafka, an unfenced broker: it forwards the requests for the controller.
    private static int Controller(MetadataImage metadata) =>
        metadata.Cluster.Brokers.Values.FirstOrDefault(broker => !broker.Fenced)?.Id ?? -1;

    private static IEnumerable<MetadataResponse.MetadataResponseBroker> Brokers(MetadataImage metadata, string listener) =>
        metadata.Cluster.AliveBrokers(listener).Select(broker =>
        {
            var endpoint = broker.Endpoint(listener)!;
            return new MetadataResponse.MetadataResponseBroker
            {
                NodeId = broker.Id, Host = endpoint.Host, Port = endpoint.Port, Rack = broker.Rack,
            };
        });

    private static bool AllowsCreation(RequestContext context, MetadataRequest request) =>
        context.ApiVersion < 4 || request.AllowAutoTopicCreation;

    private static MetadataResponse.MetadataResponseTopic Describe(
        RequestContext context, MetadataRequest request, MetadataImage metadata, MetadataRequest.MetadataRequestTopic wanted)
    {
        if (Find(metadata, wanted) is { } topic)
            return Describe(context, request, metadata, topic);
        if (!wanted.TopicId.IsZero)
            return new() { ErrorCode = ErrorCode.UnknownTopicId, TopicId = wanted.TopicId, Name = null };
        var name = wanted.Name ?? "";
        // Why a topic could not be created automatically is not in the response, as in Kafka.
        var error = TopicName.Invalid(name) is null ? ErrorCode.UnknownTopicOrPartition : ErrorCode.InvalidTopicException;
        return new()
        {
            ErrorCode = error,
            Name = name,
            IsInternal = TopicName.IsInternal(name),
            TopicAuthorizedOperations = context.AuthorizedOperations(
                context.ApiVersion >= 8 && request.IncludeTopicAuthorizedOperations, ResourceType.Topic, name),
        };
    }

    private static MetadataResponse.MetadataResponseTopic Describe(
        RequestContext context, MetadataRequest request, MetadataImage metadata, TopicImage topic)
    {
        context.CheckIn();
        return new MetadataResponse.MetadataResponseTopic
        {
            Name = topic.Name,
            TopicId = topic.Id,
            IsInternal = TopicName.IsInternal(topic.Name),
            TopicAuthorizedOperations = context.AuthorizedOperations(
                context.ApiVersion >= 8 && request.IncludeTopicAuthorizedOperations, ResourceType.Topic, topic.Name),
            Partitions = [.. topic.Partitions.Select(partition => Describe(context, metadata, partition.Key, partition.Value))],
        };
    }

    private static MetadataResponse.MetadataResponsePartition Describe(
        RequestContext context, MetadataImage metadata, int id, PartitionRegistration partition)
    {
        var description =
            PartitionDescription.Of(metadata, partition, context.ListenerName, knowsListenerNotFound: context.ApiVersion >= 6);
        return new MetadataResponse.MetadataResponsePartition
        {
            PartitionIndex = id,
            ErrorCode = description.Error,
            LeaderId = description.Leader,
            LeaderEpoch = partition.LeaderEpoch,
            ReplicaNodes = [.. partition.Replicas],
            IsrNodes = [.. partition.Isr],
            OfflineReplicas = [.. description.OfflineReplicas],
        };
    }
}
