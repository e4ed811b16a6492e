using System.Globalization;
using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Replication;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Configs;

/// <summary>
/// DescribeConfigs (32): the configurations of topics, brokers, groups and client metrics subscriptions, as they are in force.
/// </summary>
sealed class DescribeConfigsHandler(BrokerConfiguration configuration, Func<MetadataImage> image)
    : IApiHandler<DescribeConfigsRequest, DescribeConfigsResponse>
{
    public ValueTask<DescribeConfigsResponse?> HandleAsync(RequestContext context, DescribeConfigsRequest request)
    {
        var metadata = image();
        var describer = new ConfigDescriber(configuration, metadata.Configs, request.IncludeSynonyms, request.IncludeDocumentation);
        return new ValueTask<DescribeConfigsResponse?>(
            new DescribeConfigsResponse { Results = [.. request.Resources.Select(resource => Describe(metadata, describer, resource))] });
    }

    public DescribeConfigsResponse Fail(DescribeConfigsRequest request, ErrorCode error, short version) => new()
    {
        Results = [.. request.Resources.Select(resource => Result(resource, error, error.Message()))],
    };

    private DescribeConfigsResponse.DescribeConfigsResult Describe(
        MetadataImage metadata, ConfigDescriber describer, DescribeConfigsRequest.DescribeConfigsResource resource)
    {
        switch ((ConfigResourceType)resource.ResourceType)
        {
            case ConfigResourceType.Topic:
                if (TopicName.Invalid(resource.ResourceName) is { } fault)
                    return Result(resource, ErrorCode.InvalidTopicException, fault);
                return metadata.Topics.Topic(resource.ResourceName) is null
                    ? Result(resource, ErrorCode.UnknownTopicOrPartition, "")
                    : Result(resource, describer.Topic(resource.ResourceName));
            case ConfigResourceType.Broker when resource.ResourceName.Length == 0:
                return Result(resource, describer.BrokerDefaults());
            case ConfigResourceType.Broker:
                return Mine(resource) is { } stranger ? stranger : Result(resource, describer.Broker());
            case ConfigResourceType.BrokerLogger:
                // Levels are set where the process is started; there is nothing to show.
                return Mine(resource) is { } other ? other : Result(resource, []);
            case ConfigResourceType.ClientMetrics:
                return resource.ResourceName.Length == 0
                    ? Result(resource, ErrorCode.InvalidRequest, "Client metrics subscription name must not be empty")
                    : Result(resource, describer.ClientMetrics(resource.ResourceName));
            case ConfigResourceType.Group:
                return resource.ResourceName.Length == 0
                    ? Result(resource, ErrorCode.InvalidRequest, "Group name must not be empty")
                    : Result(resource, describer.Group(resource.ResourceName));
            default:
                return Result(resource, ErrorCode.InvalidRequest, $"Unsupported resource type: {resource.ResourceType}");
        }
    }

    private DescribeConfigsResponse.DescribeConfigsResult? Mine(DescribeConfigsRequest.DescribeConfigsResource resource)
    {
        var own = configuration.NodeId.ToString(CultureInfo.InvariantCulture);
        if (resource.ResourceName == own)
            return null;
        var orDefault = resource.ResourceType == (sbyte)ConfigResourceType.Broker ? " or empty string" : "";
        return Result(
            resource, ErrorCode.InvalidRequest, $"Unexpected broker id, expected {own}{orDefault}, but received {resource.ResourceName}");
    }

    private static DescribeConfigsResponse.DescribeConfigsResult Result(
        DescribeConfigsRequest.DescribeConfigsResource resource, IEnumerable<DescribeConfigsResponse.DescribeConfigsResourceResult> configs)
    {
        var result = Result(resource, ErrorCode.None, "");
        // An empty list of keys means all (KAFKA-4220 clients send it), as does none.
        result.Configs = resource.ConfigurationKeys is { Count: > 0 } keys
            ? [.. configs.Where(config => keys.Contains(config.Name))]
            : [.. configs];
        return result;
    }

    private static DescribeConfigsResponse.DescribeConfigsResult Result(
        DescribeConfigsRequest.DescribeConfigsResource resource, ErrorCode error, string message) => new()
    {
        ErrorCode = error, ErrorMessage = message, ResourceType = resource.ResourceType, ResourceName = resource.ResourceName,
    };
}
