using KafkaSharp.Broker.Waiting;
using KafkaSharp.Compression;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.ProducerState;

namespace KafkaSharp.Broker.Replication;

/// <summary>
/// A partition with a replica on this broker (Kafka's <c>Partition</c>): its log and its replication state. Leadership is set by the
/// metadata publisher alone; everything else is safe from any thread. Errors are values.
/// </summary>
/// <remarks>
/// Kafka guards leader and ISR with a read-write lock that every append takes. Here reads take no lock. An append is refused by the log
/// itself, under its append lock, once a later leader epoch is known; and the high watermark moves under <see cref="_isrLock"/> with the
/// current registration, never with the one that was current at the start of the append.
/// </remarks>
internal sealed class Partition
{
    private const int NoEpoch = -1;

    // An unknown number of bytes became readable. All waiting requests read again.
    private const long Unbounded = 1L << 40;

    private readonly int _nodeId;
    private readonly Lock _isrLock = new();
    private volatile PartitionRegistration? _registration;
    private PartitionProgress? _stable;
    private PartitionProgress? _flushes;
    private long _epochStartOffset;
    // None while the partition is on this broker; afterwards what requests get that still reach it. An ErrorCode cannot be volatile.
    private volatile int _closed;

    public Partition(TopicIdPartition id, PartitionLog log, int nodeId)
    {
        (Id, Log, _nodeId) = (id, log, nodeId);
        log.Flushed += OnFlushed;
    }

    public TopicIdPartition Id { get; }

    public PartitionLog Log { get; }

    /// <summary>Bytes appended since the partition was opened: what followers wait for.</summary>
    public PartitionProgress Appended { get; } = new();

    /// <summary>Bytes that the high watermark has passed since then: what consumers wait for.</summary>
    public PartitionProgress Committed { get; } = new();

    /// <summary>
    /// Bytes that the last stable offset has passed since the first use: what read_committed consumers wait for. Appends within open
    /// transactions do not wake them.
    /// </summary>
    public PartitionProgress Stable =>
        Volatile.Read(ref _stable) ?? Interlocked.CompareExchange(ref _stable, new PartitionProgress(), null) ?? _stable!;

    /// <summary>The high watermark: what producers wait for.</summary>
    public PartitionProgress HighWatermarks { get; } = new();

    /// <summary>What is durable since the first use: what producers wait for under flush.messages.</summary>
    public PartitionProgress Flushes =>
        Volatile.Read(ref _flushes) ?? Interlocked.CompareExchange(ref _flushes, new PartitionProgress(), null) ?? _flushes!;

    /// <summary>Raised with the new high watermark after it has advanced, on the thread that moved it, outside the log's lock.</summary>
    public event Action<long>? HighWatermarkAdvanced;

    public int LeaderEpoch => _registration?.LeaderEpoch ?? -1;

    public int LeaderId => _registration?.Leader ?? -1;

    public bool IsLeader => IsLed(_registration);

    /// <summary>
    /// Whether the high watermark is not yet where the leader's epoch began. The leader before may have sent a higher one, so consumers are
    /// not shown an end that may have gone back (KIP-207).
    /// </summary>
    public bool IsHighWatermarkBehindEpoch => Log.HighWatermark < Volatile.Read(ref _epochStartOffset);

    /// <summary>
    /// Applies the partition's metadata. A new leader epoch begins where the log ends; a sole replica's log is committed up to its end. On
    /// return no append of an earlier epoch is under way or will succeed.
    /// </summary>
    /// <exception cref="IOException">The new epoch can't be written: nothing was changed.</exception>
    public void Update(PartitionRegistration registration)
    {
        if (registration.Leader == _nodeId)
        {
            var isNewEpoch = _registration?.LeaderEpoch != registration.LeaderEpoch;
            if (isNewEpoch)
            {
                Log.AssignEpochStartOffset(registration.LeaderEpoch);
                Volatile.Write(ref _epochStartOffset, Log.LogEndOffset);
            }
            SetRegistration(registration);
            if (isNewEpoch)
            {
                HighWatermarks.Reset(Log.HighWatermark);
                Volatile.Read(ref _flushes)?.Reset(Log.DurableEnd);
            }
            AdvanceHighWatermark();
            Log.RequestFlushIfDue();
        }
        else
        {
            Log.RefuseLeaderEpochsBelow(registration.LeaderEpoch);
            SetRegistration(registration);
            WakeAll();
        }
    }

    /// <summary>
    /// Refuses all further reads and appends with an error, because the partition was removed from this broker or its log directory has
    /// failed. The caller wakes the waiting requests.
    /// </summary>
    public void Close(ErrorCode error)
    {
        _closed = (int)error;
        Log.Flushed -= OnFlushed;
    }

    /// <summary>Wakes all requests that wait for this partition.</summary>
    public void WakeAll()
    {
        Appended.WakeAll();
        Committed.WakeAll();
        _stable?.WakeAll();
        HighWatermarks.WakeAll();
        _flushes?.WakeAll();
    }

    /// <summary>
    /// Why this broker does not accept an append now, or an info without an error. With <paramref name="requiredAcks"/> -1 the in-sync
    /// replicas must be at least <c>min.insync.replicas</c>.
    /// </summary>
    public LogAppendInfo CheckAppend(short requiredAcks) => CheckAppend(_registration, requiredAcks);

    /// <summary>
    /// Begins the verification of a transaction on its leader: see <see cref="LogProducers.StartTransactionVerification"/>.
    /// </summary>
    public (ErrorCode ErrorCode, VerificationGuard Guard) BeginVerification(
        long producerId, int sequence, short producerEpoch, bool supportsEpochBump) =>
        IsLeader
            ? Log.Producers.StartTransactionVerification(producerId, sequence, producerEpoch, supportsEpochBump)
            : (NotLed(), VerificationGuard.None);

    /// <summary>Checks batches and converts them, without any lock: see <see cref="PartitionLog.Prepare"/>.</summary>
    public PreparedAppend Prepare(ReadOnlyMemory<byte> records, AppendOrigin origin, IWorkTurn? turn = null) =>
        Log.Prepare(records, origin, turn);

    /// <summary>Appends prepared batches as the leader and advances the positions for which requests wait.</summary>
    /// <param name="prepared">From <see cref="Prepare"/>; the caller disposes of it.</param>
    /// <param name="requiredAcks">As in <see cref="CheckAppend(short)"/>.</param>
    /// <param name="expectedLeaderEpoch">The only epoch in which the append may succeed; a coordinator's shard of another epoch is
    /// stale.</param>
    /// <param name="guard">From the start of the transaction's verification; null without one.</param>
    /// <param name="transactionVersion">For markers: from 2 on their epoch must be above the producer's (KIP-890).</param>
    public LogAppendInfo Append(
        in PreparedAppend prepared, short requiredAcks, int? expectedLeaderEpoch = null, VerificationGuard? guard =
            null, short transactionVersion = 0)
    {
        var registration = _registration;
        var info = CheckAppend(registration, requiredAcks);
        if (info.ErrorCode != ErrorCode.None)
            return info;
        if (expectedLeaderEpoch is { } expected && expected != registration!.LeaderEpoch)
            return LogAppendInfo.Refused(ErrorCode.NotLeaderOrFollower, null, -1);
        info = Log.AppendAsLeader(prepared, registration!.LeaderEpoch, guard, transactionVersion);
        if (info.SizeInBytes > 0)
        {
            // A fetch that waits in the segment before responds.
            Appended.Advance(Log.Segments.Active.BaseOffset < info.FirstOffset ? info.SizeInBytes : Unbounded);
            AdvanceHighWatermark();
        }
        return info;
    }

    /// <summary>
    /// Whether the in-sync replicas have everything below an offset: null when not yet; none; NOT_ENOUGH_REPLICAS_AFTER_APPEND when they
    /// have become too few since; NOT_LEADER_OR_FOLLOWER when this broker does not lead any more; the error of <see cref="Close"/>.
    /// </summary>
    public ErrorCode? CheckReplicated(long requiredOffset)
    {
        var registration = _registration;
        if (_closed != 0)
            return (ErrorCode)_closed;
        if (!IsLed(registration))
            return ErrorCode.NotLeaderOrFollower;
        if (Log.HighWatermark < requiredOffset)
            return null;
        return IsUnderMinIsr(registration!) ? ErrorCode.NotEnoughReplicasAfterAppend : ErrorCode.None;
    }

    /// <summary>
    /// Whether an append up to an offset that waits for its flush may be acknowledged: null while the flush is under way; none;
    /// KAFKA_STORAGE_ERROR when the disk has failed; NOT_LEADER_OR_FOLLOWER when another broker leads; the error of <see cref="Close"/>.
    /// </summary>
    public ErrorCode? CheckFlushed(long endOffset) => Log.CheckFlushed(endOffset) switch
    {
        null when _closed != 0 => (ErrorCode)_closed,
        null when !IsLeader => ErrorCode.NotLeaderOrFollower,
        var decision => decision,
    };

    /// <summary>Prepares and appends in one call, for batches of this broker's own.</summary>
    public LogAppendInfo Append(
        ReadOnlyMemory<byte> records, short requiredAcks, AppendOrigin origin, int? expectedLeaderEpoch = null, VerificationGuard? guard =
            null,
        short transactionVersion = 0)
    {
        var check = CheckAppend(requiredAcks);
        if (check.ErrorCode != ErrorCode.None)
            return check;
        using var prepared = Prepare(records, origin);
        return Append(prepared, requiredAcks, expectedLeaderEpoch, guard, transactionVersion);
    }

    /// <summary>Why a request that names a leader epoch, or -1 for none, can't be served here, or none (KIP-320).</summary>
    public ErrorCode CheckLeader(int currentLeaderEpoch)
    {
        var registration = _registration;
        if (_closed != 0 || registration is null)
            return NotLed();
        if (currentLeaderEpoch != NoEpoch)
        {
            if (currentLeaderEpoch < registration.LeaderEpoch)
                return ErrorCode.FencedLeaderEpoch;
            if (currentLeaderEpoch > registration.LeaderEpoch)
                return ErrorCode.UnknownLeaderEpoch;
        }
        return registration.Leader == _nodeId ? ErrorCode.None : ErrorCode.NotLeaderOrFollower;
    }

    /// <summary>Reads for a fetch. The caller disposes of the result's lease.</summary>
    public FetchPartitionResult Read(in PartitionRead wanted)
    {
        // As in Kafka, only a fetch takes every negative epoch for none.
        var error = CheckLeader(Math.Max(NoEpoch, wanted.CurrentLeaderEpoch));
        // A follower that names an epoch may know of an assignment that this broker has not heard of.
        if (error == ErrorCode.None && wanted.ReplicaId >= 0 && !HasFollower(wanted.ReplicaId))
            error = wanted.CurrentLeaderEpoch < 0 ? ErrorCode.NotLeaderOrFollower : ErrorCode.UnknownLeaderEpoch;
        if (error != ErrorCode.None)
        {
            return new FetchPartitionResult(error)
            {
                CurrentLeader = LeaderId < 0 || error == ErrorCode.UnknownLeaderEpoch
                    ? null
                    : new FetchResponse.LeaderIdAndEpoch { LeaderId = LeaderId, LeaderEpoch = LeaderEpoch },
            };
        }
        if (wanted.LastFetchedEpoch >= 0 && FindDivergence(wanted, out var divergence))
            return divergence;

        // The offsets do not depend on the isolation, which asks for aborted transactions.
        var read = wanted.OnlyOffsets
            ? Log.Read(wanted.FetchOffset, 0, FetchIsolation.HighWatermark, minOneMessage: false) with { AbortedTransactions = [] }
            : Log.Read(wanted.FetchOffset, wanted.MaxBytes, wanted.Isolation, wanted.MinOneMessage);
        if (read.ErrorCode != ErrorCode.None)
        {
            read.Dispose();
            return new FetchPartitionResult(read.ErrorCode);
        }
        var result = new FetchPartitionResult
        {
            EndsWait = read.EndsInOtherSegment,
            SegmentBaseOffset = read.FetchOffset.SegmentBaseOffset,
            HighWatermark = read.HighWatermark,
            LastStableOffset = read.LastStableOffset,
            LogStartOffset = read.LogStartOffset,
            AbortedTransactions = read.AbortedTransactions is not { } aborted
                ? null
                : [.. aborted.Select(a => new FetchResponse.AbortedTransaction { ProducerId = a.ProducerId, FirstOffset = a.FirstOffset })],
        };
        if (!read.FirstEntryIncomplete || wanted.AllowsPartialBatch)
            return result with { Records = read.Records, Lease = read.Lease };
        read.Dispose();
        return result with { AbortedTransactions = null };
    }

    /// <summary>The end of a leader epoch (OffsetForLeaderEpoch): (-1, -1) where the epoch is not known.</summary>
    public (int LeaderEpoch, long EndOffset) EndOffsetFor(int leaderEpoch)
    {
        if (leaderEpoch == LeaderEpoch)
            return (leaderEpoch, Log.LogEndOffset);
        return Log.EndOffsetForEpoch(leaderEpoch) is { } end ? (end.Epoch, end.Offset) : (-1, -1);
    }

    // A broker without a replica of the partition must not read beyond the high watermark.
    private bool HasFollower(int replicaId) =>
        replicaId != _nodeId && _registration is { } registration && registration.Replicas.Contains(replicaId);

    // More in-sync replicas than there are replicas can't be asked for: the smaller counts.
    private int EffectiveMinIsr(PartitionRegistration registration) =>
        Math.Min(Log.Config.Get(TopicConfigs.MinInSyncReplicas), registration.Replicas.Length);

    // As in Kafka, the high watermark stays while fewer replicas than that are in sync: what is committed is on enough of them (KIP-966).
    private bool IsUnderMinIsr(PartitionRegistration registration) =>
        registration.Isr.Length < registration.Replicas.Length && registration.Isr.Length < EffectiveMinIsr(registration);

    private bool IsLed(PartitionRegistration? registration) => _closed == 0 && registration is not null && registration.Leader == _nodeId;

    // As in Kafka, a request that found the partition before its deletion gets NOT_LEADER_OR_FOLLOWER.
    private ErrorCode NotLed() =>
        _closed == (int)ErrorCode.KafkaStorageError ? ErrorCode.KafkaStorageError : ErrorCode.NotLeaderOrFollower;

    private LogAppendInfo CheckAppend(PartitionRegistration? registration, short requiredAcks)
    {
        if (!IsLed(registration))
            return LogAppendInfo.Refused(NotLed(), null, -1);
        if (requiredAcks != -1 || !IsUnderMinIsr(registration!))
            return default;
        return LogAppendInfo.Refused(
            ErrorCode.NotEnoughReplicas,
            $"The size of the current ISR {registration!.Isr.Length} is insufficient to satisfy the min.isr requirement of "
            + $"{EffectiveMinIsr(registration)} for partition {Id.TopicPartition}",
            Log.LogStartOffset);
    }

    private void SetRegistration(PartitionRegistration registration)
    {
        lock (_isrLock)
            _registration = registration;
    }

    private void OnFlushed()
    {
        AdvanceHighWatermark();
        // What the flush has published is written before the waiters are looked for: a request that begins to wait after that sees it.
        Interlocked.MemoryBarrier();
        Volatile.Read(ref _flushes)?.AdvanceTo(Log.DurableEnd);
    }

    private void AdvanceHighWatermark()
    {
        LogOffsetMetadata? before;
        LogOffsetMetadata after;
        long stableBefore;
        lock (_isrLock)
        {
            if (_registration is not { } registration || registration.Leader != _nodeId || registration.Isr is not [var only]
                || only != _nodeId || IsUnderMinIsr(registration))
                return;
            after = Log.CommittableEnd;
            stableBefore = Log.LastStableOffset;
            before = Log.MaybeIncrementHighWatermark(after);
        }
        if (before is not { } from)
            return;
        // The positions of a log that has changed its directory in between do not compare. From the start of a segment, all are woken: what
        // waits in the segment before responds.
        var bytes = from.MessageOffsetOnly || from.SegmentBaseOffset != after.SegmentBaseOffset || from.RelativePositionInSegment == 0
            || after.RelativePositionInSegment < from.RelativePositionInSegment
            ? Unbounded
            : after.RelativePositionInSegment - from.RelativePositionInSegment;
        Committed.Advance(bytes);
        // After a full fence, so that a request that has begun to wait in the meantime has seen the new last stable offset.
        if (Volatile.Read(ref _stable) is { } stable && Log.LastStableOffset is var stableAfter && stableAfter != stableBefore)
            stable.Advance(stableBefore == from.MessageOffset && stableAfter == after.MessageOffset ? bytes : Unbounded);
        HighWatermarks.AdvanceTo(after.MessageOffset);
        HighWatermarkAdvanced?.Invoke(after.MessageOffset);
    }

    private bool FindDivergence(in PartitionRead wanted, out FetchPartitionResult result)
    {
        result = default;
        var (epoch, endOffset) = EndOffsetFor(wanted.LastFetchedEpoch);
        if (epoch < 0)
        {
            result = new FetchPartitionResult(ErrorCode.OffsetOutOfRange);
            return true;
        }
        if (epoch >= wanted.LastFetchedEpoch && endOffset >= wanted.FetchOffset)
            return false;
        result = new FetchPartitionResult
        {
            HighWatermark = Log.HighWatermark,
            LastStableOffset = Log.LastStableOffset,
            LogStartOffset = Log.LogStartOffset,
            DivergingEpoch = new FetchResponse.EpochEndOffset { Epoch = epoch, EndOffset = endOffset },
        };
        return true;
    }
}
