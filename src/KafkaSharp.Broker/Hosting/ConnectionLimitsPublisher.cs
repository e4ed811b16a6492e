using KafkaSharp.Broker.Configuration;
using KafkaSharp.Configuration;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Publishing;
using KafkaSharp.Network.Listeners;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Hosting;

/// <summary>
/// Applies changed limits of connections (<c>max.connections</c> and those per address and listener) to the listeners (KIP-226).
/// </summary>
internal sealed class ConnectionLimitsPublisher(BrokerConfiguration configuration, IReadOnlyList<ConnectionLimits> limits, ILogger logger)
    : IMetadataPublisher
{
    public string Name => "ConnectionLimits";

    public void OnMetadataUpdate(MetadataDelta delta, MetadataImage newImage)
    {
        if (delta.Configs is not { } configs || !configs.Changes.Any(change => change.Key.Type == ConfigResourceType.Broker))
            return;
        var values = DynamicConfigs.Merge(configuration, newImage.Configs);
        try
        {
            // A controller that another program configures stores any value.
            var (file, present) = (new BrokerKeyValues(configuration.Values.Given), new BrokerKeyValues(values.Given));
            foreach (var listener in configuration.Listeners)
            {
                if (ConnectionRules.FaultOfLimits(file, present, listener.ListenerName) is { } lockout)
                    throw new ConfigException(lockout);
            }
            foreach (var limit in limits)
                limit.Update(values);
        }
        catch (ConfigException e)
        {
            // For example the override of a host name that no longer resolves: the limits stay unchanged.
            logger.ConnectionLimitsRefused(e.Message);
        }
    }
}
