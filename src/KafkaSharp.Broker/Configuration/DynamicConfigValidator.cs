using KafkaSharp.Configuration;
using KafkaSharp.Metadata.Images;

namespace KafkaSharp.Broker.Configuration;

/// <summary>
/// Checks the dynamic configuration of this broker, or of all brokers, before it is stored (Kafka's <c>DynamicBrokerConfig.validate</c>):
/// the values must be allowed by themselves, together with the other values of this broker, and as a step from its present values.
/// Thread-safe.
/// </summary>
internal sealed class DynamicConfigValidator(BrokerConfiguration configuration, Func<ConfigurationsImage> configs)
{
    /// <summary>The values that are set now, without those that are not valid.</summary>
    public Dictionary<string, string> Present(ConfigResource resource) =>
        DynamicKeys.Valid(configs().Configs(resource), isPerBroker: resource.Name.Length > 0);

    /// <summary>Why the values cannot be set, with Kafka's message; null if they can.</summary>
    /// <param name="resource">This broker, or all brokers.</param>
    /// <param name="values">All values that the resource would have.</param>
    public string? Fault(ConfigResource resource, IReadOnlyDictionary<string, string> values)
    {
        var isPerBroker = resource.Name.Length > 0;
        if (DynamicKeys.Fault(values, isPerBroker) is { } fault)
            return fault;
        var cluster = Present(ConfigResource.BrokerDefault);
        var node = Present(ConfigResource.Broker(configuration.NodeId));
        var file = configuration.Values.Given;
        var before = DynamicKeys.Merge(file, cluster, node);
        var after = isPerBroker ? DynamicKeys.Merge(file, cluster, values) : DynamicKeys.Merge(file, values, node);
        if (BrokerConfigRules.Faults(after, isDynamic: true).FirstOrDefault() is { } broken)
            return broken;
        if (FaultOfListeners(after) is { } invalid)
            return invalid;
        string[] listeners =
            [.. configuration.Listeners.Select(listener => listener.ListenerName).Except(configuration.ControllerListenerNames)];
        var refused = DynamicRules.Fault(new BrokerKeyValues(before), new BrokerKeyValues(after), listeners)
            ?? ListenerRules.Fault(file, before, after, listeners);
        return refused is not null
            ? $"Invalid value org.apache.kafka.common.config.ConfigException: {refused} for configuration Invalid dynamic configuration"
            : null;
    }

    private static string? FaultOfListeners(Dictionary<string, string> after)
    {
        var faults = new ConfigurationFaults();
        var listeners = ListenerConfiguration.Read(ConfigValues.Parse(BrokerSchema.Instance, after, []), faults);
        if (!faults.HasAny)
            listeners.Check(faults);
        return faults.Messages.FirstOrDefault();
    }
}
