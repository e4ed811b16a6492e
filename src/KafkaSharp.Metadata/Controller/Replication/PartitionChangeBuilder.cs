using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Controller.Replication;

/// <summary>
/// Works out what a wish about one partition (a new ISR, new replicas, an election) makes of it: completes a reassignment, keeps the
/// eligible leader replicas (KIP-966), elects a leader, and makes the record, or none where nothing changes (Kafka's class of the same
/// name). For one use.
/// </summary>
internal sealed class PartitionChangeBuilder
{
    private readonly PartitionRegistration _partition;
    private readonly Uuid _topicId;
    private readonly int _partitionId;
    private readonly Func<int, bool> _isAcceptableLeader;
    private readonly FeaturesImage _features;
    private readonly int _minIsr;
    private int[] _elr;
    private bool _completedReassignment;

    public PartitionChangeBuilder(
        PartitionRegistration partition, Uuid topicId, int partitionId, Func<int, bool> isAcceptableLeader, FeaturesImage features,
            int minIsr)
    {
        _partition = partition;
        _topicId = topicId;
        _partitionId = partitionId;
        _isAcceptableLeader = isAcceptableLeader;
        _features = features;
        _minIsr = minIsr;
        _elr = partition.Elr;
        Isr = partition.Isr;
        Replicas = partition.Replicas;
        Removing = partition.RemovingReplicas;
        Adding = partition.AddingReplicas;
        RecoveryState = partition.LeaderRecoveryState;
    }

    public int[] Isr { get; set; }
    public int[] Replicas { get; set; }
    public int[] Removing { get; set; }
    public int[] Adding { get; set; }
    public LeaderRecoveryState RecoveryState { get; set; }
    public PartitionElection Election { get; set; } = PartitionElection.Online;

    /// <summary>A broker that went down without a clean shutdown: it may have lost records, so it is no eligible leader.</summary>
    public int? UncleanShutdownReplica { get; set; }

    /// <summary>The directory a replica gets that has none yet.</summary>
    public Func<int, Uuid> DefaultDirectory { get; set; } = _ => DirectoryId.Unassigned;

    /// <summary>Replicas that moved to other directories, by broker.</summary>
    public IReadOnlyDictionary<int, Uuid>? MovedDirectories { get; set; }

    /// <summary>The record, or null where nothing changes.</summary>
    public MetadataRecord? Build()
    {
        var record = new PartitionChangeRecord { TopicId = _topicId, PartitionId = _partitionId };
        CompleteReassignment();
        FindEligibleLeaders();
        Elect(record);
        if (record.Isr is null && (Isr.Length > 0 || _features.IsElrEnabled) && !Same(Isr, _partition.Isr))
            record.Isr = [.. Isr];
        BumpLeaderEpoch(record);
        SetEligibleLeaders(record);
        SetReplicas(record);
        SetLastKnownLeader(record);
        if (RecoveryState != _partition.LeaderRecoveryState)
            record.LeaderRecoveryState = (sbyte)RecoveryState;
        return IsNoOp(record) ? null : new MetadataRecord(record, _features.MetadataVersionOrMinimum.PartitionChangeRecordVersion);
    }

    private void CompleteReassignment()
    {
        if (Removing.Length == 0 && Adding.Length == 0)
            return;
        var isr = Isr.Except(Removing).ToArray();
        if (isr.Length == 0 || Adding.Except(isr).Any())
            return;
        Isr = isr;
        Replicas = [.. Replicas.Except(Removing)];
        Removing = [];
        Adding = [];
        _completedReassignment = true;
    }

    private void FindEligibleLeaders()
    {
        if (!_features.IsElrEnabled)
            return;
        if (Isr.Length >= Math.Min(_minIsr, Replicas.Length))
        {
            _elr = [];
            return;
        }
        _elr = [.. _elr.Union(_partition.Isr).Except(Isr).Where(replica => replica != UncleanShutdownReplica).Order()];
    }

    private void Elect(PartitionChangeRecord record)
    {
        var (leader, unclean) = Election == PartitionElection.Preferred ? ElectPreferred() : ElectAny();
        if (leader == _partition.Leader)
            return;
        record.Leader = leader;
        if (unclean)
        {
            record.Isr = [leader];
            if (_partition.LeaderRecoveryState != LeaderRecoveryState.Recovering)
                RecoveryState = LeaderRecoveryState.Recovering;
        }
        else if (leader != PartitionRegistration.NoLeader && !Isr.Contains(leader))
        {
            // Elected from the eligible replicas: complete, but alone in sync until the others follow.
            Isr = [leader];
            _elr = [.. _elr.Where(replica => replica != leader)];
        }
    }

    private (int Leader, bool Unclean) ElectPreferred()
    {
        if (Replicas.Length > 0 && CanLead(Replicas[0]))
            return (Replicas[0], false);
        return CanLead(_partition.Leader) ? (_partition.Leader, false) : ElectOnline() ?? (PartitionRegistration.NoLeader, false);
    }

    private (int Leader, bool Unclean) ElectAny()
    {
        if (CanLead(_partition.Leader))
            return (_partition.Leader, false);
        if (ElectOnline() is { } elected)
            return elected;
        if (Election == PartitionElection.Unclean)
        {
            foreach (var replica in Replicas)
            {
                if (_isAcceptableLeader(replica))
                    return (replica, true);
            }
        }
        return (PartitionRegistration.NoLeader, false);
    }

    private (int Leader, bool Unclean)? ElectOnline()
    {
        foreach (var replica in Replicas)
        {
            if (CanLead(replica))
                return (replica, false);
        }
        // No replica is known to be complete: the last leader is the best choice, and its recovery state marks it.
        return _features.IsElrEnabled && _elr.Length == 0 && Isr.Length == 0
            && _partition.LastKnownElr is [var lastLeader] && _isAcceptableLeader(lastLeader)
            ? (lastLeader, true)
            : null;
    }

    private bool CanLead(int replica) =>
        replica != PartitionRegistration.NoLeader
        && (Isr.Contains(replica) || (_features.IsElrEnabled && _elr.Contains(replica)))
        && _isAcceptableLeader(replica);

    private void BumpLeaderEpoch(PartitionChangeRecord record)
    {
        if (record.Leader != PartitionRegistration.NoLeaderChange)
            return;
        // Replicas that are no more must not be taken for followers of this term.
        var lostReplica = _partition.Replicas.Except(Replicas).Any();
        // Brokers before 3.6 recognize a shrunken ISR by the leader epoch.
        var shrunkIsr = _features.MetadataVersionOrMinimum.Level < 12 && record.Isr is not null && _partition.Isr.Except(record.Isr).Any();
        if (lostReplica || shrunkIsr)
            record.Leader = _partition.Leader;
    }

    private void SetEligibleLeaders(PartitionChangeRecord record)
    {
        if (!_features.IsElrEnabled)
            _elr = [];
        if (!Same(_elr, _partition.Elr))
            record.EligibleLeaderReplicas = [.. _elr];
    }

    private void SetReplicas(PartitionChangeRecord record)
    {
        var changed = Replicas.Length > 0 && !Same(Replicas, _partition.Replicas);
        if (changed)
            record.Replicas = [.. Replicas];
        if (!Same(Removing, _partition.RemovingReplicas))
            record.RemovingReplicas = [.. Removing];
        if (!Same(Adding, _partition.AddingReplicas))
            record.AddingReplicas = [.. Adding];
        if (!_features.MetadataVersionOrMinimum.IsDirectoryAssignmentSupported || (!changed && MovedDirectories is null))
            return;
        Uuid[] directories = [.. Replicas.Select(Directory)];
        if (changed || !directories.AsSpan().SequenceEqual(_partition.Directories))
            record.Directories = [.. directories];
    }

    private Uuid Directory(int replica) =>
        MovedDirectories is not null && MovedDirectories.TryGetValue(replica, out var moved) ? moved
        : _partition.Directory(replica) ?? DefaultDirectory(replica);

    private void SetLastKnownLeader(PartitionChangeRecord record)
    {
        if (!_features.IsElrEnabled)
            return;
        var last = _partition.LastKnownElr;
        if (record.Isr is { Count: 0 } && (last.Length != 1 || last[0] != _partition.Leader))
        {
            // Noted only when it is lost: a partition that has no leader already keeps the one it had.
            if (_partition.HasLeader)
                record.LastKnownElr = [_partition.Leader];
        }
        else if (last.Length > 0
            && (record.Leader >= 0 || (_partition.HasLeader && record.Leader != PartitionRegistration.NoLeader)))
        {
            record.LastKnownElr = [];
        }
    }

    private bool IsNoOp(PartitionChangeRecord record) =>
        !_completedReassignment && record.Isr is null && record.Leader == PartitionRegistration.NoLeaderChange && record.Replicas is null
        && record.RemovingReplicas is null && record.AddingReplicas is null && record.LeaderRecoveryState < 0 && record.Directories is null
        && record.EligibleLeaderReplicas is null && record.LastKnownElr is null;

    private static bool Same(int[] left, int[] right) => left.AsSpan().SequenceEqual(right);
}
