using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Metadata.Images;

namespace KafkaSharp.Broker.Handlers.Configs;

/// <summary>The routes of configurations, client quotas and what tools describe with them.</summary>
internal static class ConfigRoutes
{
    public static IEnumerable<ApiRoute> Create(
        ControllerRoutes controller, ControllerClient client, BrokerConfiguration configuration, Func<MetadataImage> image)
    {
        var alterations = new ConfigAlterations(
            configuration.NodeId, new DynamicConfigValidator(configuration, () => image().Configs));
        return
        [
            // A group of eight bytes has a dozen configurations.
            ApiRoute.For(new DescribeConfigsHandler(configuration, image), inlineBytes: 0, memoryFactor: 256),
            .. controller.For(ControllerApis.AlterConfigs, onBroker: new AlterConfigsHandler(client, alterations)),
            .. controller.For(ControllerApis.IncrementalAlterConfigs, onBroker: new IncrementalAlterConfigsHandler(client, alterations)),
            ApiRoute.For(new DescribeClientQuotasHandler(image), requires: AclOperation.DescribeConfigs, inlineBytes: 0),
            ApiRoute.For(new DescribeUserScramCredentialsHandler(image), requires: AclOperation.Describe, inlineBytes: 0),
            .. controller.For(ControllerApis.AlterClientQuotas, AclOperation.AlterConfigs),
            ApiRoute.For(new ListConfigResourcesHandler(image), requires: AclOperation.DescribeConfigs, inlineBytes: 0),
        ];
    }
}
