using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators.GroupService;

/// <summary>
/// The group coordinator (Kafka's <c>GroupCoordinatorService</c>): members, assignments and committed offsets of groups. The state of a
/// group is in one partition of <c>__consumer_offsets</c> and is served by the broker that leads it. Requests go to <see cref="Classic"/>,
/// <see cref="Offsets"/>, <see cref="TransactionalOffsets"/> and <see cref="Administration"/>. All members may be called from any thread.
/// </summary>
public sealed class GroupCoordinator : IPartitionedCoordinator, IAsyncDisposable
{
    private readonly GroupShards _shards;

    /// <param name="storage">The partitions of <c>__consumer_offsets</c>.</param>
    /// <param name="topics">The topics of the cluster.</param>
    /// <param name="config">Timeouts and limits.</param>
    /// <param name="time">The clock of every timeout.</param>
    /// <param name="newGuid">Makes the part of member ids that must not be guessable.</param>
    /// <param name="log">Receives log messages.</param>
    /// <param name="scheduler">
    /// Runs the loops' work; the thread pool unless a simulation decides the order, in which case loads run inline.
    /// </param>
    /// <param name="consumerConfig">Timeouts and limits of consumer groups; Kafka's defaults unless given.</param>
    public GroupCoordinator(
        ICoordinatorStorage storage, ITopicLookup topics, GroupCoordinatorConfig config, TimeProvider time, Func<Guid> newGuid, ILogger log,
        Action<IThreadPoolWorkItem>? scheduler = null, ConsumerGroupConfig? consumerConfig = null)
    {
        var ofConsumers = consumerConfig ?? new ConsumerGroupConfig();
        var options = new CoordinatorRuntimeOptions
        {
            Name = "group-coordinator",
            Topic = OffsetsTopic.Name,
            WriteTimeout = config.CommitTimeout,
            AppendLinger = config.AppendLinger,
            LoadBufferSize = config.LoadBufferSize,
            Compression = config.Compression,
        };
        var runtime = new CoordinatorRuntime<GroupShard, GroupRecord>(
            options, storage, GroupRecordSerde.Instance, context => new GroupShard(context, config, ofConsumers, newGuid), time, log,
            scheduler);
        _shards = new GroupShards(runtime, log);
        Classic = new ClassicGroupService(_shards, config);
        Consumer = new ConsumerGroupService(_shards, ofConsumers);
        Offsets = new OffsetService(_shards, topics);
        TransactionalOffsets = new TransactionalOffsetService(_shards, topics);
        Administration = new GroupAdministration(_shards);
    }

    /// <summary>Requests of members of classic groups.</summary>
    public ClassicGroupService Classic { get; }

    /// <summary>Requests of members of consumer groups.</summary>
    public ConsumerGroupService Consumer { get; }

    /// <summary>Requests about committed offsets.</summary>
    public OffsetService Offsets { get; }

    /// <summary>The offsets that transactions commit.</summary>
    public TransactionalOffsetService TransactionalOffsets { get; }

    /// <summary>Requests about groups of every protocol.</summary>
    public GroupAdministration Administration { get; }

    public void Start(int partitionCount) => _shards.Start(partitionCount);

    public int? PartitionFor(string id) => _shards.PartitionFor(id);

    public void OnElection(int partition, int leaderEpoch) => _shards.OnElection(partition, leaderEpoch);

    public void OnResignation(int partition, int? leaderEpoch) => _shards.OnResignation(partition, leaderEpoch);

    public void OnMetadataUpdate(MetadataDelta delta, MetadataImage image) => _shards.OnMetadataUpdate(delta, image);

    /// <summary>Unloads every shard; delayed responses receive NOT_COORDINATOR.</summary>
    public ValueTask DisposeAsync() => _shards.DisposeAsync();
}
