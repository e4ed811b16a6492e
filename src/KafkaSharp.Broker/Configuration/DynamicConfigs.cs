using KafkaSharp.Configuration;
using KafkaSharp.Metadata.Images;

namespace KafkaSharp.Broker.Configuration;

/// <summary>
/// The broker's configuration as it is now: the file's, the cluster's dynamic configs over it, this broker's dynamic configs over those
/// (KIP-226).
/// </summary>
internal static class DynamicConfigs
{
    public static ConfigValues Merge(BrokerConfiguration configuration, ConfigurationsImage configs) => Merge(
        configuration, configs.Configs(ConfigResource.BrokerDefault), configs.Configs(ConfigResource.Broker(configuration.NodeId)));

    /// <summary>How many bytes moves between log directories copy in a second; no file can set it.</summary>
    public static long MoveBytesPerSecond(ConfigurationsImage configs, int nodeId)
    {
        var key = DynamicKeys.MoveBytesPerSecond;
        var text = configs.Configs(ConfigResource.Broker(nodeId)).GetValueOrDefault(key.Name)
            ?? configs.Configs(ConfigResource.BrokerDefault).GetValueOrDefault(key.Name);
        return text is null ? long.MaxValue : (long)key.ParseObject(text)!;
    }

    /// <summary>The full paths of cordoned.log.dirs; * for all.</summary>
    public static IReadOnlyList<string> CordonedLogDirs(BrokerConfiguration configuration, ConfigurationsImage configs) =>
        [.. Merge(configuration, configs).Get(BrokerConfigs.CordonedLogDirs).Select(BrokerConfiguration.FullPathOrAll)];

    public static ConfigValues Merge(
        BrokerConfiguration configuration, IReadOnlyDictionary<string, string> cluster, IReadOnlyDictionary<string, string> node)
    {
        var merged = DynamicKeys.Merge(
            configuration.Values.Given, DynamicKeys.Valid(cluster, isPerBroker: false), DynamicKeys.Valid(node, isPerBroker: true));
        // What is stored was checked when it was set; what a release with other rules stored keeps the value below it.
        return ConfigValues.Parse(BrokerSchema.Instance, merged, []);
    }
}
