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
    // What an append with more producers leaves behind is not kept for the next ones.
    private const int MaxKept = 64;

    private readonly ProducerStateManager _manager;
    private readonly List<Staged> _pool = [];
    private Dictionary<long, Staged> _byProducerId = new(SeededInt64Comparer.Instance);
    private readonly List<CompletedTransaction> _completed = [];
    private readonly List<(long ProducerId, long FirstOffset)> _begun = [];
    private int _count;
    private AppendOrigin _origin;

    internal ProducerAppend(ProducerStateManager manager) => _manager = manager;

    /// <summary>The transactions whose markers are in the append, in order.</summary>
    public IReadOnlyList<CompletedTransaction> Completed => _completed;

    internal IReadOnlyList<(long ProducerId, long FirstOffset)> Begun => _begun;

    internal ReadOnlySpan<Staged> Producers => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_pool)[.._count];

    /// <summary>
    /// Checks a data batch that has its offset already, and stages it. A refusal or a duplicate ends the append; the next one begins with
    /// <see cref="ProducerStateManager.BeginAppend"/>. A batch without a producer id is accepted.
    /// </summary>
    public ProducerCheck Add(RecordBatchHeader batch)
    {
        if (!batch.HasProducerId)
            return ProducerCheck.Ok;
        if (_origin == AppendOrigin.Client && _manager.Find(batch.ProducerId) is { } known
            && known.TryFindDuplicate(batch.ProducerEpoch, batch.BaseSequence, batch.LastSequence, out var duplicate))
            return ProducerCheck.DuplicateOf(duplicate);

        var staged = Stage(batch.ProducerId);
        var (epoch, firstOffset, entry) = (batch.ProducerEpoch, batch.BaseOffset, staged.Entry);
        if (_origin != AppendOrigin.Replication && epoch < entry.ProducerEpoch)
            return StaleEpoch(entry, epoch, firstOffset, strictly: false);
        if (_origin == AppendOrigin.Client && CheckSequence(staged, epoch, batch.BaseSequence, firstOffset) is { IsOk: false } refused)
            return refused;
        if (entry.CurrentTransactionFirstOffset is not null && !batch.IsTransactional)
            return ProducerCheck.Refused(ErrorCode.InvalidTxnState,
                $"Expected transactional write from producer {entry.ProducerId} at offset {firstOffset} in partition " +
                $"{_manager.TopicPartition}");

        entry.AddBatch(epoch, new BatchMetadata(batch.LastSequence, batch.LastOffset, batch.LastOffsetDelta, batch.MaxTimestamp));
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
    /// <param name="transactionVersion">From 2 on the marker's epoch must be above the producer's (KIP-890).</param>
    public ProducerCheck AddMarker(RecordBatchHeader batch, EndTransactionMarker marker, short transactionVersion = 0)
    {
        if (!batch.HasProducerId)
            return ProducerCheck.Ok;
        var entry = Stage(batch.ProducerId).Entry;
        var (epoch, offset) = (batch.ProducerEpoch, batch.BaseOffset);
        if (_origin != AppendOrigin.Replication)
        {
            // A marker that the coordinator repeats after the transaction has ended is accepted, although its epoch is not above the
            // producer's.
            var strictly = transactionVersion >= 2 && !(epoch == entry.ProducerEpoch && entry.CurrentTransactionFirstOffset is null);
            if (strictly ? epoch <= entry.ProducerEpoch : epoch < entry.ProducerEpoch)
                return StaleEpoch(entry, epoch, offset, strictly);
            if (entry.CoordinatorEpoch > marker.CoordinatorEpoch)
                return ProducerCheck.Refused(ErrorCode.TransactionCoordinatorFenced,
                    $"Invalid coordinator epoch for producerId {entry.ProducerId} at offset {offset} in partition " +
                    $"{_manager.TopicPartition}: "
                    + $"{marker.CoordinatorEpoch} (zombie), {entry.CoordinatorEpoch} (current)");
        }
        // A transaction without records in this log does not limit the last stable offset and needs no entry in the index.
        if (entry.CurrentTransactionFirstOffset is { } firstOffset)
            _completed.Add(new CompletedTransaction(entry.ProducerId, firstOffset, offset, marker.Type == ControlRecordType.Abort));
        entry.EndTransaction(epoch, marker.CoordinatorEpoch, batch.MaxTimestamp);
        return ProducerCheck.Ok;
    }

    internal void Begin(AppendOrigin origin)
    {
        _origin = origin;
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
        staged.Current = _manager.Find(producerId);
        staged.Entry.Stage(producerId, staged.Current);
        return staged;
    }

    private ProducerCheck CheckSequence(Staged staged, short epoch, int sequence, long offset)
    {
        var (entry, current) = (staged.Entry, staged.Current);
        if (epoch != entry.ProducerEpoch)
        {
            if (sequence == 0 || entry.ProducerEpoch == RecordBatchHeader.NoProducerEpoch)
                return ProducerCheck.Ok;
            return ProducerCheck.Refused(ErrorCode.OutOfOrderSequenceNumber,
                $"Invalid sequence number for new epoch of producer {entry.ProducerId} at offset {offset} in partition " +
                $"{_manager.TopicPartition}: "
                + $"{epoch} (request epoch), {sequence} (seq. number), {entry.ProducerEpoch} (current producer epoch)");
        }
        var last = !entry.IsEmpty ? entry.LastSequence
            : current is not null && epoch == current.ProducerEpoch ? current.LastSequence
            : RecordBatchHeader.NoSequence;
        // An unknown producer, whose records retention has deleted, continues with any sequence.
        if (current is null || sequence == last + 1L || (sequence == 0 && last == int.MaxValue))
            return ProducerCheck.Ok;
        return ProducerCheck.Refused(ErrorCode.OutOfOrderSequenceNumber,
            $"Out of order sequence number for producer {entry.ProducerId} at offset {offset} in partition {_manager.TopicPartition}: "
            + $"{sequence} (incoming seq. number), {last} (current end sequence number)");
    }

    private ProducerCheck StaleEpoch(ProducerStateEntry entry, short epoch, long offset, bool strictly) =>
        ProducerCheck.Refused(ErrorCode.InvalidProducerEpoch,
            $"Epoch of producer {entry.ProducerId} at offset {offset} in {_manager.TopicPartition} is {epoch}, which is " +
            $"{(strictly ? "<=" : "<")} "
            + $"the last seen epoch {entry.ProducerEpoch}");

    internal sealed class Staged
    {
        public ProducerStateEntry Entry { get; } = new(RecordBatchHeader.NoProducerId);

        public ProducerStateEntry? Current { get; set; }
    }
}
