using System.Globalization;
using System.Runtime.InteropServices;
using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Configs;

/// <summary>
/// DescribeConfigs (32): the configurations of topics, brokers, groups and client metrics subscriptions, as they are in force.
/// </summary>
internal sealed class DescribeConfigsHandler(BrokerConfiguration configuration, Func<MetadataImage> image)
    : IApiHandler<DescribeConfigsRequest, DescribeConfigsResponse>
{
    public ValueTask<DescribeConfigsResponse?> HandleAsync(RequestContext context, DescribeConfigsRequest request)
    {
        if (!request.Resources.TrueForAll(resource => Enum.IsDefined((ConfigResourceType)resource.ResourceType)
            && resource.ResourceType != (sbyte)ConfigResourceType.Unknown))
            return new ValueTask<DescribeConfigsResponse?>(Fail(request, ErrorCode.InvalidRequest, context.ApiVersion));
        var metadata = image();
        var describer = new ConfigDescriber(configuration, metadata.Configs, request.IncludeSynonyms, request.IncludeDocumentation);
        // A resource named again gets its result again, as in Kafka. What is described once is shared, so that the objects do not multiply.
        var described = new Dictionary<(sbyte, string), DescribeConfigsResponse.DescribeConfigsResult>();
        var response = new DescribeConfigsResponse();
        foreach (var resource in request.Resources)
        {
            context.CheckIn();
            ref var result =
                ref CollectionsMarshal.GetValueRefOrAddDefault(described, (resource.ResourceType, resource.ResourceName), out _);
            result ??= Describe(metadata, describer, resource);
            response.Results.Add(Select(result, resource.ConfigurationKeys));
        }
        return new ValueTask<DescribeConfigsResponse?>(response);
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
                return WrongNode(resource) is { } refused ? refused : Result(resource, describer.Broker());
            case ConfigResourceType.BrokerLogger:
                // The levels of loggers are set on the command line; there is nothing to show.
                return WrongNode(resource) is { } refusal ? refusal : Result(resource, []);
            case ConfigResourceType.ClientMetrics:
                return resource.ResourceName.Length == 0
                    ? Result(resource, ErrorCode.InvalidRequest, "Client metrics subscription name must not be empty")
                    : Result(resource, describer.ClientMetrics(resource.ResourceName));
            default:
                return resource.ResourceName.Length == 0
                    ? Result(resource, ErrorCode.InvalidRequest, "Group name must not be empty")
                    : Result(resource, describer.Group(resource.ResourceName));
        }
    }

    private DescribeConfigsResponse.DescribeConfigsResult? WrongNode(DescribeConfigsRequest.DescribeConfigsResource resource)
    {
        var isLogger = resource.ResourceType == (sbyte)ConfigResourceType.BrokerLogger;
        var refusal = resource.ResourceName.Length == 0 ? "Broker id must not be empty"
            : !int.TryParse(resource.ResourceName, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id)
                ? $"Broker id must be an integer, but it is: {resource.ResourceName}"
            : id == configuration.NodeId ? null
            : $"Unexpected broker id, expected {configuration.NodeId}{(isLogger ? "" : " or empty string,")} but received "
                + resource.ResourceName;
        return refusal is null ? null : Result(resource, ErrorCode.InvalidRequest, refusal);
    }

    // No keys and an empty list of keys mean all of them (KAFKA-4220).
    private static DescribeConfigsResponse.DescribeConfigsResult Select(
        DescribeConfigsResponse.DescribeConfigsResult result, List<string>? keys)
    {
        if (keys is not { Count: > 0 })
            return result;
        var wanted = keys.ToHashSet(StringComparer.Ordinal);
        return new DescribeConfigsResponse.DescribeConfigsResult
        {
            ErrorCode = result.ErrorCode,
            ErrorMessage = result.ErrorMessage,
            ResourceType = result.ResourceType,
            ResourceName = result.ResourceName,
            Configs = [.. result.Configs.Where(config => wanted.Contains(config.Name))],
        };
    }

    private static DescribeConfigsResponse.DescribeConfigsResult Result(
        DescribeConfigsRequest.DescribeConfigsResource resource, IEnumerable<DescribeConfigsResponse.DescribeConfigsResourceResult> configs)
    {
        var result = Result(resource, ErrorCode.None, "");
        result.Configs = [.. configs];
        return result;
    }

    private static DescribeConfigsResponse.DescribeConfigsResult Result(
        DescribeConfigsRequest.DescribeConfigsResource resource, ErrorCode error, string message) => new()
    {
        ErrorCode = error, ErrorMessage = message, ResourceType = resource.ResourceType, ResourceName = resource.ResourceName,
    };
}
