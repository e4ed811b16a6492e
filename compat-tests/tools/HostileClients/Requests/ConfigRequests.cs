using HostileClients.Wire;
using KafkaSharp.Protocol.Messages;
using static HostileClients.Requests.RequestShape;

namespace HostileClients.Requests;

/// <summary>Requests about configuration and quotas. Those that would change something ask for validation only.</summary>
internal static class ConfigRequests
{
    private const sbyte OfTopic = 2;
    private const sbyte OfBroker = 4;

    public static IReadOnlyList<RequestShape> All { get; } =
    [
        Of<DescribeConfigsRequest, DescribeConfigsResponse>(
            "describe-configs", 4, entries => Describe(entries.Of(i => (OfTopic, Names.Of(i))))),
        Of<DescribeConfigsRequest, DescribeConfigsResponse>("describe-configs-keys", 4, entries => new()
        {
            Resources = [new() { ResourceType = OfTopic, ResourceName = Names.Topic, ConfigurationKeys = entries.Of(Names.Of) }],
        }),
        Of<AlterConfigsRequest, AlterConfigsResponse>("alter-configs", 2, entries => new()
        {
            ValidateOnly = true,
            Resources = entries.Of(i => new AlterConfigsRequest.AlterConfigsResource
            {
                ResourceType = OfTopic, ResourceName = Names.Of(i), Configs = [new() { Name = "retention.ms", Value = "1000" }],
            }),
        }),
        Of<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>("incremental-alter-configs", 1, entries => new()
        {
            ValidateOnly = true,
            Resources = entries.Of(i => new IncrementalAlterConfigsRequest.AlterConfigsResource
            {
                ResourceType = OfTopic, ResourceName = Names.Of(i), Configs = [new() { Name = "retention.ms", Value = "1000" }],
            }),
        }),
        Of<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>("incremental-alter-configs-keys", 1, entries => new()
        {
            ValidateOnly = true,
            Resources =
            [
                new()
                {
                    ResourceType = OfTopic, ResourceName = Names.Topic,
                    Configs = entries.Of(i => new IncrementalAlterConfigsRequest.AlterableConfig { Name = Names.Of(i), Value = "1" }),
                },
            ],
        }),
        Of<DescribeClientQuotasRequest, DescribeClientQuotasResponse>("describe-client-quotas", 1, entries => new()
        {
            Components = entries.Of(i => new DescribeClientQuotasRequest.ComponentData { EntityType = Names.Of(i), MatchType = 2 }),
        }),
        Of<AlterClientQuotasRequest, AlterClientQuotasResponse>("alter-client-quotas", 1, entries => new()
        {
            ValidateOnly = true,
            Entries = entries.Of(i => new AlterClientQuotasRequest.EntryData
            {
                Entity = [new() { EntityType = "client-id", EntityName = Names.Of(i) }],
                Ops = [new() { Key = "request_percentage", Value = 100 }],
            }),
        }),
    ];

    /// <summary>The configuration of the broker with documentation and synonyms, a number of times.</summary>
    public static RequestFrame DescribeBroker(int times) =>
        RequestFrame.Of<DescribeConfigsRequest, DescribeConfigsResponse>(Describe(Enumerable.Repeat((OfBroker, "1"), times)), 4);

    private static DescribeConfigsRequest Describe(IEnumerable<(sbyte Type, string Name)> resources) => new()
    {
        IncludeSynonyms = true, IncludeDocumentation = true,
        Resources =
        [
            .. resources.Select(resource => new DescribeConfigsRequest.DescribeConfigsResource
            {
                ResourceType = resource.Type, ResourceName = resource.Name, ConfigurationKeys = null,
            }),
        ],
    };
}
