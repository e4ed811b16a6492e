using KafkaSharp.Broker.Configuration;
using KafkaSharp.Configuration;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Publishing;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Hosting;

/// <summary>
/// Opens and closes listeners for clients when the dynamic configuration of this broker names others (KIP-226). As in Kafka, the addresses
/// that the broker has registered stay the same: clients that connect to a new listener find no brokers in the metadata before a restart.
/// </summary>
internal sealed class ListenersPublisher(BrokerConfiguration configuration, BrokerListeners listeners, ILogger logger) : IMetadataPublisher
{
    public string Name => "Listeners";

    public void OnMetadataUpdate(MetadataDelta delta, MetadataImage newImage)
    {
        if (delta.Configs is not { } configs || !configs.Changes.Any(change => change.Key.Type == ConfigResourceType.Broker))
            return;
        try
        {
            listeners.Update(DynamicConfigs.Merge(configuration, newImage.Configs), logger);
        }
        catch (ConfigException e)
        {
            // A controller that another program configures stores any value.
            logger.ListenersRefused(e.Message);
        }
    }
}
