using KafkaSharp.Broker.Provisioning;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Topics;

/// <summary>
/// Metadata (3): brokers, and topics with their partitions and leaders. A missing topic is created where request and broker allow it; the response then
/// has its leaders, so that the client need not retry.
/// </summary>
sealed class MetadataHandler(Func<MetadataImage> image, string clusterId, AutoTopicCreation creation)
    : IApiHandler<MetadataRequest, MetadataResponse>
{
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
            await creation.CreateMissingAsync(request.Topics!.Select(topic => topic.Name!), context.ForController()).ConfigureAwait(false);

        var metadata = image();
        var response = new MetadataResponse
        {
            ClusterId = clusterId,
            Brokers = [.. Brokers(metadata, context.ListenerName)],
            ControllerId = Controller(metadata),
        };
        // From version 11 on they are part of DescribeCluster.
        if (context.ApiVersion is >= 8 and <= 10 && request.IncludeClusterAuthorizedOperations)
            response.ClusterAuthorizedOperations = context.AuthorizedOperations(ResourceType.Cluster, ResourceTypes.ClusterName);
        if (all)
        {
            foreach (var topic in metadata.Topics.ById.Values)
                response.Topics.Add(Describe(context, request, metadata, topic));
        }
        else
        {
            foreach (var wanted in Distinct(request.Topics!))
                response.Topics.Add(Describe(context, request, metadata, wanted));
        }
        return response;
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

    private static IEnumerable<MetadataRequest.MetadataRequestTopic> Distinct(List<MetadataRequest.MetadataRequestTopic> topics) =>
        topics.Count == 1 ? topics : topics.DistinctBy(topic => (topic.TopicId, topic.TopicId.IsZero ? topic.Name : null));

    private static MetadataResponse.MetadataResponseTopic Describe(
        RequestContext context, MetadataRequest request, MetadataImage metadata, MetadataRequest.MetadataRequestTopic wanted)
    {
        if (!wanted.TopicId.IsZero)
        {
            return metadata.Topics.Topic(wanted.TopicId) is { } byId
                ? Describe(context, request, metadata, byId)
                : new() { ErrorCode = ErrorCode.UnknownTopicId, TopicId = wanted.TopicId, Name = null };
        }
        var name = wanted.Name ?? "";
        if (metadata.Topics.Topic(name) is { } topic)
            return Describe(context, request, metadata, topic);
        // Why a topic could not be created automatically is not in the response, as in Kafka.
        var error = TopicName.Invalid(name) is null ? ErrorCode.UnknownTopicOrPartition : ErrorCode.InvalidTopicException;
        return new() { ErrorCode = error, Name = name, IsInternal = TopicName.IsInternal(name) };
    }

    private static MetadataResponse.MetadataResponseTopic Describe(
        RequestContext context, MetadataRequest request, MetadataImage metadata, TopicImage topic)
    {
        context.CheckIn();
        var response = new MetadataResponse.MetadataResponseTopic
        {
            Name = topic.Name,
            TopicId = topic.Id,
            IsInternal = TopicName.IsInternal(topic.Name),
            Partitions = [.. topic.Partitions.Select(partition => Describe(context, metadata, partition.Key, partition.Value))],
        };
        if (context.ApiVersion >= 8 && request.IncludeTopicAuthorizedOperations)
            response.TopicAuthorizedOperations = context.AuthorizedOperations(ResourceType.Topic, topic.Name);
        return response;
    }

    private static MetadataResponse.MetadataResponsePartition Describe(
        RequestContext context, MetadataImage metadata, int id, PartitionRegistration partition)
    {
        var description = PartitionDescription.Of(metadata, partition, context.ListenerName, knowsListenerNotFound: context.ApiVersion >= 6);
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
