using System.Runtime.InteropServices;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Validation;

namespace KafkaSharp.Storage.ProducerState;

/// <summary>
/// The effect of one append on the producers of a log (Kafka's <c>ProducerAppendInfo</c>s): each batch is checked against the state after
/// the batches before it, and nothing changes until the bytes are written and <see cref="ProducerStateManager.Commit"/> is called. A
/// manager has one object, which every append uses again, so that only a producer's first batch allocates. Used under the log's lock.
/// </summary>
public sealed class ProducerAppend
{
    /// <summary>The version of a transaction whose marker comes without one, which only a replica may append.</summary>
    public const short UnknownTransactionVersion = -1;

    // What an append with more producers leaves behind is not kept for the next ones.
    private const int MaxKept = 64;

    private readonly ProducerStateManager _manager;
    private readonly List<Staged> _pool = [];
    private Dictionary<long, Staged> _byProducerId = new(SeededInt64Comparer.Instance);
    private readonly List<CompletedTransaction> _completed = [];
    private readonly List<(long ProducerId, long FirstOffset)> _begun = [];
    private int _count;
    private AppendOrigin _origin;
    private VerificationGuard _guard = VerificationGuard.None;
    private short _transactionVersion;

    internal ProducerAppend(ProducerStateManager manager) => _manager = manager;

    /// <summary>The transactions whose markers are in the append, in order.</summary>
    public IReadOnlyList<CompletedTransaction> Completed => _completed;

    internal IReadOnlyList<(long ProducerId, long FirstOffset)> Begun => _begun;

    internal ReadOnlySpan<Staged> Producers => CollectionsMarshal.AsSpan(_pool)[.._count];

    /// <summary>
    /// Checks a data batch that has its offset already, and stages it. A refusal or a duplicate ends the append; the next one begins with
    /// <see cref="ProducerStateManager.BeginAppend"/>. A batch without a producer id is accepted.
    /// </summary>
    public ProducerCheck Add(RecordBatchHeader batch)
    {
        if (!batch.HasProducerId)
            return ProducerCheck.Ok;
        // A duplicate is reported as one even if its transaction has ended since.
        if (_origin == AppendOrigin.Client && _manager.Find(batch.ProducerId) is { } known
            && known.TryFindDuplicate(batch.ProducerEpoch, batch.BaseSequence, batch.LastSequence, out var duplicate))
            return ProducerCheck.DuplicateOf(duplicate);
        if (batch.IsTransactional && CheckVerification(batch) is { IsOk: false } unverified)
            return unverified;

        var staged = Stage(batch.ProducerId);
        var (epoch, firstOffset, entry) = (batch.ProducerEpoch, batch.BaseOffset, staged.Entry);
        if (_origin != AppendOrigin.Replication && epoch < entry.ProducerEpoch)
            return StaleEpoch(entry, epoch, firstOffset, "<");
        if (_origin == AppendOrigin.Client && CheckSequence(staged, epoch, batch.BaseSequence, firstOffset) is { IsOk: false } refused)
            return refused;
        if (entry.CurrentTransactionFirstOffset is not null && !batch.IsTransactional)
            return ProducerCheck.Refused(ErrorCode.InvalidTxnState,
                $"Expected transactional write from producer {entry.ProducerId} at offset {firstOffset} in partition " +
                $"{_manager.TopicPartition}");

        entry.AddBatch(epoch, new BatchMetadata(batch.LastSequence, batch.LastOffset, batch.LastOffsetDelta, batch.MaxTimestamp));
        staged.IsTransactional |= batch.IsTransactional;
        if (batch.IsTransactional && entry.CurrentTransactionFirstOffset is null)
        {
            entry.BeginTransaction(firstOffset);
            _begun.Add((entry.ProducerId, firstOffset));
        }
        return ProducerCheck.Ok;
    }

    /// <summary>Checks a control batch with a commit or abort marker, and stages it.</summary>
    /// <param name="batch">The control batch.</param>
    /// <param name="marker">The marker in it; a control batch that compaction has emptied must not be added.</param>
    public ProducerCheck AddMarker(RecordBatchHeader batch, EndTransactionMarker marker)
    {
        if (!batch.HasProducerId)
            return ProducerCheck.Ok;
        var staged = Stage(batch.ProducerId);
        var (epoch, offset, entry) = (batch.ProducerEpoch, batch.BaseOffset, staged.Entry);
        if (_origin != AppendOrigin.Replication && CheckMarker(entry, epoch, offset, marker.CoordinatorEpoch) is { IsOk: false } refused)
            return refused;
        // A transaction without records in this log does not limit the last stable offset and needs no entry in the index.
        if (entry.CurrentTransactionFirstOffset is { } firstOffset)
            _completed.Add(new CompletedTransaction(entry.ProducerId, firstOffset, offset, marker.Type == ControlRecordType.Abort));
        entry.EndTransaction(epoch, marker.CoordinatorEpoch, batch.MaxTimestamp);
        staged.IsTransactional = true;
        return ProducerCheck.Ok;
    }

    internal void Begin(AppendOrigin origin, VerificationGuard guard, short transactionVersion)
    {
        (_origin, _guard, _transactionVersion) = (origin, guard, transactionVersion);
        if (_count <= MaxKept)
        {
            _byProducerId.Clear();
        }
        else
        {
            _byProducerId = new(SeededInt64Comparer.Instance);
            _pool.RemoveRange(MaxKept, _pool.Count - MaxKept);
            _pool.TrimExcess();
        }
        _count = 0;
        _completed.Clear();
        _begun.Clear();
    }

    private Staged Stage(long producerId)
    {
        if (_byProducerId.TryGetValue(producerId, out var staged))
            return staged;
        if (_count == _pool.Count)
            _pool.Add(new Staged());
        staged = _pool[_count++];
        _byProducerId.Add(producerId, staged);
        staged.Reset(producerId, _manager.Find(producerId));
        return staged;
    }

    // What a transaction may begin with. The state before this append counts, as in Kafka.
    private ProducerCheck CheckVerification(RecordBatchHeader batch)
    {
        var (producerId, epoch) = (batch.ProducerId, batch.ProducerEpoch);
        if (_origin is not (AppendOrigin.Client or AppendOrigin.Coordinator) || _manager.HasOngoingTransaction(producerId, epoch))
            return ProducerCheck.Ok;
        // Before the verification: the client recovers from a stale epoch, but not from an invalid state.
        if (_manager.Find(producerId) is { } known && epoch < known.ProducerEpoch)
            return StaleEpoch(known, epoch, batch.BaseOffset, "<");
        return !_manager.RequiresVerification || _manager.Verifications.Find(producerId)?.Guard == _guard
            ? ProducerCheck.Ok
            : ProducerCheck.Refused(ErrorCode.InvalidTxnState, "Record was not part of an ongoing transaction");
    }

    private ProducerCheck CheckSequence(Staged staged, short epoch, int sequence, long offset)
    {
        var (entry, current) = (staged.Entry, staged.Current);
        if (current is null && entry.IsEmpty && _manager.Refused.SequenceBefore(entry.ProducerId, epoch, sequence) is { } first)
            return OutOfOrder(entry, offset, $"{sequence} (incoming seq. number), {first} (refused because the disk was full)");
        if (_manager.Verifications.Find(entry.ProducerId) is { } verification)
        {
            if (verification.SupportsEpochBump && sequence != 0 && current is not { IsEmpty: false })
                return OutOfOrder(entry, offset, $"{sequence} (incoming seq. number), 0 (the first of an epoch)");
            if (sequence > verification.LowestSequence)
                return OutOfOrder(
                    entry, offset, $"{sequence} (incoming seq. number), {verification.LowestSequence} (earliest seen sequence)");
        }
        if (epoch != entry.ProducerEpoch)
        {
            return sequence == 0 || entry.ProducerEpoch == RecordBatchHeader.NoProducerEpoch
                ? ProducerCheck.Ok
                : OutOfOrder(
                    entry, offset,
                    $"{epoch} (request epoch), {sequence} (seq. number), {entry.ProducerEpoch} (current producer epoch)");
        }
        var last = !entry.IsEmpty ? entry.LastSequence
            : current is not null && epoch == current.ProducerEpoch ? current.LastSequence
            : RecordBatchHeader.NoSequence;
        // An unknown producer, whose records retention has deleted, continues with any sequence.
        return current is null || sequence == last + 1L || (sequence == 0 && last == int.MaxValue)
            ? ProducerCheck.Ok
            : OutOfOrder(entry, offset, $"{sequence} (incoming seq. number), {last} (current end sequence number)");
    }

    private ProducerCheck CheckMarker(ProducerStateEntry entry, short epoch, long offset, int coordinatorEpoch)
    {
        if (epoch < entry.ProducerEpoch)
            return StaleEpoch(entry, epoch, offset, "<");
        if (_transactionVersion == UnknownTransactionVersion)
            return ProducerCheck.Refused(ErrorCode.UnknownServerError, "A marker must have the version of its transaction");
        // From version 2 on, the coordinator raises the epoch before it writes the marker. A marker that is repeated after the transaction
        // has ended is accepted, as is the last one of a producer id, whose epoch cannot be raised.
        if (_transactionVersion >= 2 && epoch == entry.ProducerEpoch && epoch != short.MaxValue
            && entry.CurrentTransactionFirstOffset is not null)
            return StaleEpoch(entry, epoch, offset, "<=");
        return entry.CoordinatorEpoch <= coordinatorEpoch
            ? ProducerCheck.Ok
            : ProducerCheck.Refused(ErrorCode.TransactionCoordinatorFenced,
                $"Invalid coordinator epoch for producerId {entry.ProducerId} at offset {offset} in partition {_manager.TopicPartition}: "
                + $"{coordinatorEpoch} (zombie), {entry.CoordinatorEpoch} (current)");
    }

    private ProducerCheck OutOfOrder(ProducerStateEntry entry, long offset, string sequences) =>
        ProducerCheck.Refused(ErrorCode.OutOfOrderSequenceNumber,
            $"Out of order sequence number for producer {entry.ProducerId} at offset {offset} in partition {_manager.TopicPartition}: "
            + sequences);

    private ProducerCheck StaleEpoch(ProducerStateEntry entry, short epoch, long offset, string comparison) =>
        ProducerCheck.Refused(ErrorCode.InvalidProducerEpoch,
            $"Epoch of producer {entry.ProducerId} at offset {offset} in {_manager.TopicPartition} is {epoch}, which is {comparison} "
            + $"the last seen epoch {entry.ProducerEpoch}");

    /// <summary>The state of one producer after the batches so far.</summary>
    internal sealed class Staged
    {
        public ProducerStateEntry Entry { get; } = new(RecordBatchHeader.NoProducerId);

        /// <summary>The state before the append; null for an unknown producer.</summary>
        public ProducerStateEntry? Current { get; private set; }

        /// <summary>Whether the append has begun, continued or ended a transaction of the producer.</summary>
        public bool IsTransactional { get; set; }

        public void Reset(long producerId, ProducerStateEntry? current)
        {
            Current = current;
            IsTransactional = false;
            Entry.Stage(producerId, current);
        }
    }
}
