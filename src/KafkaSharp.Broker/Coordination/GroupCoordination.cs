using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Replication;
using KafkaSharp.Compression;
using KafkaSharp.Coordinators;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Metadata.Publishing;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Coordination;

/// <summary>The group coordinator with what ties it to this broker: its storage, its elections, how it is found.</summary>
sealed class GroupCoordination : IAsyncDisposable
{
    private readonly GroupCoordinatorPublisher _publisher;

    public GroupCoordination(
        BrokerConfiguration configuration, BrokerEnvironment environment, ReplicaManager replicas, ControllerClient controller,
        MetadataLoader metadata)
    {
        var values = configuration.Values;
        var storage = new CoordinatorStorage(
            replicas, OffsetsTopic.Name, values.Get(GroupConfigs.OffsetsLoadBufferSize),
            (CompressionType)values.Get(GroupConfigs.OffsetsTopicCompressionCodec), environment.Time);
        Coordinator = new GroupCoordinator(
            storage,
            new ImageTopicLookup(() => metadata.Image),
            GroupCoordinatorConfig.From(values),
            () => metadata.Image.Topics.Topic(OffsetsTopic.Name)?.PartitionCount ?? values.Get(GroupConfigs.OffsetsTopicNumPartitions),
            environment.Time,
            () => NewGuid(environment.Random),
            environment.Loggers.CreateLogger<GroupCoordinator>());
        storage.HighWatermarkUpdated = Coordinator.OnHighWatermarkUpdated;
        _publisher = new GroupCoordinatorPublisher(configuration.NodeId, Coordinator);
        Locator = new CoordinatorLocator(
            () => metadata.Image, Coordinator,
            new InternalTopicCreator(controller, values, environment.Loggers.CreateLogger<InternalTopicCreator>()));
    }

    public GroupCoordinator Coordinator { get; }

    public CoordinatorLocator Locator { get; }

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
