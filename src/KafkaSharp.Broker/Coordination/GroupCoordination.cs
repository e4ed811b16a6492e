using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Replication;
using KafkaSharp.Broker.Transactions;
using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.GroupService;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Metadata.Publishing;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Coordination;

/// <summary>The group coordinator with what connects it to this broker: its storage and its elections.</summary>
internal sealed class GroupCoordination : IAsyncDisposable
{
    private readonly CoordinatorPublisher _publisher;

    public GroupCoordination(
        BrokerConfiguration configuration, TimeProvider time, Random random, ILoggerFactory loggers, ReplicaManager replicas,
        ControllerClient controller, MetadataLoader metadata, PartitionVerification verification)
    {
        var values = configuration.Values;
        Coordinator = new GroupCoordinator(
            new CoordinatorStorage(replicas, OffsetsTopic.Name, requiredAcks: 1, verification),
            new ImageTopicLookup(() => metadata.Image),
            GroupCoordinatorConfig.From(values),
            time,
            () => NewGuid(random),
            loggers.CreateLogger<GroupCoordinator>(),
            consumerConfig: ConsumerGroupConfig.From(values, configuration.NodeId));
        _publisher = new CoordinatorPublisher(
            "GroupCoordinator", configuration.NodeId, OffsetsTopic.Name, values.Get(GroupConfigs.OffsetsTopicNumPartitions), Coordinator);
        Topic = new CoordinatedTopic(OffsetsTopic.Name, Coordinator, new InternalTopicCreator(
            controller, () => OffsetsTopic.ToCreate(values), "Groups", GroupConfigs.OffsetsTopicReplicationFactor,
            loggers.CreateLogger<InternalTopicCreator>()));
    }

    public GroupCoordinator Coordinator { get; }

    public CoordinatedTopic Topic { get; }

    public Task StartAsync(MetadataLoader metadata) => metadata.AddPublisherAsync(_publisher);

    public ValueTask DisposeAsync() => Coordinator.DisposeAsync();

    private static Guid NewGuid(Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        lock (random)
            random.NextBytes(bytes);
        // Version 4, as java.util.UUID makes them.
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
