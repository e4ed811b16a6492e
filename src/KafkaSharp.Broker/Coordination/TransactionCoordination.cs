using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Provisioning;
using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Transactions;
using KafkaSharp.Coordinators.TransactionService;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Metadata.Publishing;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Coordination;

/// <summary>
/// The transaction coordinator with what connects it to this broker: its storage, its elections, and the markers it sends.
/// </summary>
internal sealed class TransactionCoordination : IAsyncDisposable
{
    private readonly CoordinatorPublisher _publisher;

    public TransactionCoordination(
        BrokerConfiguration configuration, TimeProvider time, ILoggerFactory loggers, CoordinatorStorage storage,
        ControllerClient controller, MetadataLoader metadata, ITransactionMarkerSender markers, ProducerIdAllocator producerIds)
    {
        var values = configuration.Values;
        var cluster = new TransactionCluster(
            markers, partition => metadata.Image.Topics.Partition(partition.Topic, partition.Partition) is not null, producerIds.NextAsync);
        Coordinator = new TransactionCoordinator(
            storage, cluster, TransactionCoordinatorConfig.From(values), time, loggers.CreateLogger<TransactionCoordinator>());
        _publisher = new CoordinatorPublisher(
            "TransactionCoordinator", configuration.NodeId, TransactionStateTopic.Name,
            values.Get(TransactionConfigs.StateLogNumPartitions), Coordinator);
        Topic = new CoordinatedTopic(TransactionStateTopic.Name, Coordinator, new InternalTopicCreator(
            controller, () => TransactionStateTopic.ToCreate(values), "Transactions", TransactionConfigs.StateLogReplicationFactor,
            loggers.CreateLogger<InternalTopicCreator>()));
    }

    public TransactionCoordinator Coordinator { get; }

    public CoordinatedTopic Topic { get; }

    public Task StartAsync(MetadataLoader metadata) => metadata.AddPublisherAsync(_publisher);

    public ValueTask DisposeAsync() => Coordinator.DisposeAsync();
}
