using System.Globalization;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Configs;

/// <summary>
/// ListConfigResources (74): the resources that can have configurations, by type (KIP-1142); in version 0 client metrics subscriptions
/// only.
/// </summary>
internal sealed class ListConfigResourcesHandler(Func<MetadataImage> image)
    : IApiHandler<ListConfigResourcesRequest, ListConfigResourcesResponse>
{
    private static readonly ConfigResourceType[] s_all =
    [
        ConfigResourceType.Group, ConfigResourceType.ClientMetrics, ConfigResourceType.BrokerLogger, ConfigResourceType.Broker,
        ConfigResourceType.Topic,
    ];

    public ValueTask<ListConfigResourcesResponse?> HandleAsync(RequestContext context, ListConfigResourcesRequest request)
    {
        var types = context.ApiVersion == 0 ? [ConfigResourceType.ClientMetrics]
            : request.ResourceTypes.Count == 0 ? s_all
            : request.ResourceTypes.Select(type => (ConfigResourceType)type).Distinct().ToArray();
        if (types.Except(s_all).Any())
            return new ValueTask<ListConfigResourcesResponse?>(Fail(request, ErrorCode.UnsupportedVersion, context.ApiVersion));
        var metadata = image();
        var response = new ListConfigResourcesResponse
        {
            ConfigResources =
            [
                .. s_all.Where(types.Contains).SelectMany(type => Names(metadata, type).Select(name =>
                    new ListConfigResourcesResponse.ConfigResource
                {
                    ResourceName = name, ResourceType = (sbyte)type,
                })),
            ],
        };
        return new ValueTask<ListConfigResourcesResponse?>(response);
    }

    public ListConfigResourcesResponse Fail(ListConfigResourcesRequest request, ErrorCode error, short version) =>
        new() { ErrorCode = error };

    private static IEnumerable<string> Names(MetadataImage metadata, ConfigResourceType type) => type switch
    {
        ConfigResourceType.Topic => metadata.Topics.ByName.Keys,
        ConfigResourceType.Broker or ConfigResourceType.BrokerLogger =>
            metadata.Cluster.Brokers.Keys.Select(id => id.ToString(CultureInfo.InvariantCulture)),
        _ => metadata.Configs.Resources.Keys.Where(resource => resource.Type == type).Select(resource => resource.Name),
    };
}
