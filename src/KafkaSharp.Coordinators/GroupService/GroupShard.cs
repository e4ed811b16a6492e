using KafkaSharp.Coordinators.Classic;
using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Consumer;
using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Migration;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.GroupService;

/// <summary>
/// The groups and offsets of one partition of <c>__consumer_offsets</c> (Kafka's <c>GroupCoordinatorShard</c>): the state, and the
/// operations on it. Used on the shard's event loop, and by one loading thread before that.
/// </summary>
internal sealed class GroupShard : ICoordinatorShard<GroupRecord>
{
    private readonly ShardContext<GroupRecord> _context;
    private readonly GroupCoordinatorConfig _config;
    private readonly ShardMetadata _metadata = new();
    private readonly GroupTable _groups;
    private readonly ClassicGroups _classicGroups;
    private readonly ConsumerGroups _consumerGroups;
    private readonly ConsumerTimers _consumerTimers;
    private readonly DeletedTopicOffsets _deletedTopics;
    private readonly ShardTimer<GroupRecord> _cleanup;
    private bool _isLoaded;

    public GroupShard(
        ShardContext<GroupRecord> context, GroupCoordinatorConfig config, ConsumerGroupConfig consumerConfig, Func<Guid> newGuid)
    {
        _context = context;
        _config = config;
        _cleanup = context.NewTimer("expire-group-metadata");
        var classic = new ClassicContext(context, config, newGuid);
        var rebalance = new ClassicRebalance(classic);
        _groups = new GroupTable(context.Undo, groupId => new ClassicGroup(groupId, classic, rebalance));
        _classicGroups = new ClassicGroups(classic, rebalance, _groups);
        Join = new ClassicJoin(classic, _groups, _classicGroups, rebalance);
        Sync = new ClassicSync(_classicGroups, rebalance);
        Heartbeat = new ClassicHeartbeat(_classicGroups, rebalance);
        Leave = new ClassicLeave(classic, _classicGroups, rebalance);
        Describer = new ClassicDescriber(_groups);
        Committer = new OffsetCommitter(context, config, _groups);
        TransactionalCommitter = new TransactionalOffsetCommitter(context, config, _groups, _metadata);
        Fetcher = new OffsetFetcher(_groups);
        Removal = new OffsetRemoval(context, config, _groups);
        _deletedTopics = new DeletedTopicOffsets(context, Removal);
        Lister = new GroupLister(_groups);
        _consumerGroups = new ConsumerGroups(context.Undo, _groups);
        var consumer = new ConsumerContext(context, consumerConfig, _metadata, newGuid);
        _consumerTimers = new ConsumerTimers(consumer);
        var consumerRebalance = new ConsumerRebalance(consumer, _consumerTimers);
        var downgrade = new GroupDowngrade(consumer, classic, rebalance, _consumerTimers);
        var migration = new ProtocolMigration(new GroupUpgrade(consumer, _consumerTimers), downgrade);
        ConsumerLeave = new ConsumerLeave(consumer, _consumerGroups, _consumerTimers, migration);
        var patterns = new PatternSubscriptions(consumer, _consumerGroups);
        ConsumerHeartbeat = new ConsumerHeartbeat(
            consumer, _consumerGroups, _consumerTimers, patterns, consumerRebalance, migration);
        ConsumerDescriber = new ConsumerDescriber(consumer, _consumerGroups);
        ClassicMembers = new ClassicMembers(
            _consumerGroups, new ClassicMemberJoin(consumer, patterns, consumerRebalance, _consumerTimers, downgrade),
            new ClassicMemberSync(consumer, _consumerTimers), new ClassicMemberHeartbeat(_consumerTimers),
            new ClassicMemberLeave(consumer, ConsumerLeave));
    }

    public ClassicJoin Join { get; }

    public ClassicSync Sync { get; }

    public ClassicHeartbeat Heartbeat { get; }

    public ClassicLeave Leave { get; }

    public ClassicDescriber Describer { get; }

    public OffsetCommitter Committer { get; }

    public TransactionalOffsetCommitter TransactionalCommitter { get; }

    public OffsetFetcher Fetcher { get; }

    public OffsetRemoval Removal { get; }

    public GroupLister Lister { get; }

    public ConsumerHeartbeat ConsumerHeartbeat { get; }

    public ConsumerLeave ConsumerLeave { get; }

    public ConsumerDescriber ConsumerDescriber { get; }

    /// <summary>What classic members ask of consumer groups.</summary>
    public ClassicMembers ClassicMembers { get; }

    public void Replay(long offset, ProducerIdentity producer, GroupRecord record)
    {
        switch (record)
        {
            case OffsetCommitRecord commit:
                _groups.Replay(offset, producer, commit);
                break;
            case GroupMetadataRecord metadata when _isLoaded:
                _classicGroups.Replay(metadata);
                break;
            case GroupMetadataRecord metadata:
                _classicGroups.Load(metadata);
                break;
            case ConsumerGroupRecord consumer:
                _consumerGroups.Replay(consumer);
                break;
            case OpaqueRecord opaque:
                _groups.Replay(opaque);
                break;
            default:
                throw new InvalidOperationException($"Unknown record {record.GetType().Name}");
        }
    }

    public void ReplayTransactionEnd(ProducerIdentity producer, bool committed) => _groups.Offsets.EndTransaction(producer.Id, committed);

    public void OnLoaded(MetadataImage image)
    {
        _isLoaded = true;
        _metadata.Load(image);
        foreach (var group in _groups.Groups)
        {
            group.OnLoaded();
            if (group is ConsumerGroup consumer)
                _consumerTimers.Start(consumer);
        }
        ScheduleCleanup();
    }

    public void OnMetadataUpdate(MetadataDelta delta, MetadataImage image)
    {
        _metadata.Update(delta, image);
        if (delta.Topics is { DeletedTopics.Count: > 0 } topics)
            _deletedTopics.Remove(topics.DeletedTopics.Values);
    }

    public void OnUnloaded()
    {
        _cleanup.Cancel();
        _deletedTopics.Stop();
        _consumerTimers.CancelAll();
        foreach (var group in _groups.Groups)
            group.OnUnloaded(ErrorCode.NotCoordinator);
    }

    private void ScheduleCleanup() => _cleanup.Set(_config.OffsetsRetentionCheckInterval, () =>
    {
        ScheduleCleanup();
        var records = Removal.OfExpired();
        if (records.Count > 0)
            _context.Log.CleanedUp(records.Count, _context.Partition);
        return new CommandResult<GroupRecord>(records, IsAtomic: false);
    });
}
