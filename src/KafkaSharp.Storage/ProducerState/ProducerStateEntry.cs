using System.Runtime.CompilerServices;
using KafkaSharp.Protocol.Records;

namespace KafkaSharp.Storage.ProducerState;

/// <summary>
/// The state of a producer in a log: its epoch, its last five data batches, its open transaction (Kafka's <c>ProducerStateEntry</c>). Owned
/// by a <see cref="ProducerStateManager"/> and used under the same lock.
/// </summary>
public sealed class ProducerStateEntry(long producerId)
{
    /// <summary>The number of batches that are kept: the maximum number of requests in flight of a producer.</summary>
    public const int MaxBatches = 5;

    public const int NoCoordinatorEpoch = -1;

    private Batches _batches;

    public long ProducerId { get; private set; } = producerId;

    public short ProducerEpoch { get; private set; } = RecordBatchHeader.NoProducerEpoch;

    /// <summary>The epoch of the coordinator that wrote the last marker; -1 before the first.</summary>
    public int CoordinatorEpoch { get; private set; } = NoCoordinatorEpoch;

    /// <summary>The largest timestamp of the last batch or marker, in milliseconds since 1970; -1 before the first.</summary>
    public long LastTimestamp { get; private set; } = RecordBatchHeader.NoTimestamp;

    /// <summary>The offset of the first record of the open transaction, or null where none is open.</summary>
    public long? CurrentTransactionFirstOffset { get; private set; }

    public int BatchCount { get; private set; }

    public bool IsEmpty => BatchCount == 0;

    public int LastSequence => IsEmpty ? RecordBatchHeader.NoSequence : _batches[BatchCount - 1].LastSequence;

    public long LastDataOffset => IsEmpty ? -1 : _batches[BatchCount - 1].LastOffset;

    public int LastOffsetDelta => IsEmpty ? 0 : _batches[BatchCount - 1].OffsetDelta;

    /// <summary>Finds the batch of the same epoch with exactly these sequences.</summary>
    public bool TryFindDuplicate(short epoch, int firstSequence, int lastSequence, out BatchMetadata duplicate)
    {
        for (var i = 0; epoch == ProducerEpoch && i < BatchCount; i++)
        {
            duplicate = _batches[i];
            if (duplicate.FirstSequence == firstSequence && duplicate.LastSequence == lastSequence)
                return true;
        }
        duplicate = default;
        return false;
    }

    /// <summary>Resets to the state of <paramref name="current"/> without its batches, or to an unknown producer.</summary>
    internal void Stage(long producerId, ProducerStateEntry? current)
    {
        ProducerId = producerId;
        ProducerEpoch = current?.ProducerEpoch ?? RecordBatchHeader.NoProducerEpoch;
        CoordinatorEpoch = current?.CoordinatorEpoch ?? NoCoordinatorEpoch;
        LastTimestamp = current?.LastTimestamp ?? RecordBatchHeader.NoTimestamp;
        CurrentTransactionFirstOffset = current?.CurrentTransactionFirstOffset;
        BatchCount = 0;
    }

    internal void AddBatch(short epoch, BatchMetadata batch)
    {
        SetEpoch(epoch);
        Add(batch);
        LastTimestamp = batch.Timestamp;
    }

    internal void BeginTransaction(long firstOffset) => CurrentTransactionFirstOffset = firstOffset;

    internal void EndTransaction(short epoch, int coordinatorEpoch, long timestamp)
    {
        SetEpoch(epoch);
        CoordinatorEpoch = coordinatorEpoch;
        LastTimestamp = timestamp;
        CurrentTransactionFirstOffset = null;
    }

    /// <summary>Applies the staged changes of an append.</summary>
    internal void Apply(ProducerStateEntry staged)
    {
        SetEpoch(staged.ProducerEpoch);
        for (var i = 0; i < staged.BatchCount; i++)
            Add(staged._batches[i]);
        CoordinatorEpoch = staged.CoordinatorEpoch;
        CurrentTransactionFirstOffset = staged.CurrentTransactionFirstOffset;
        LastTimestamp = staged.LastTimestamp;
    }

    /// <summary>The state in a snapshot.</summary>
    internal static ProducerStateEntry Restore(
        long producerId, short epoch, int coordinatorEpoch, long timestamp, long? transactionFirstOffset, BatchMetadata? lastBatch)
    {
        var entry = new ProducerStateEntry(producerId)
        {
            ProducerEpoch = epoch,
            CoordinatorEpoch = coordinatorEpoch,
            LastTimestamp = timestamp,
            CurrentTransactionFirstOffset = transactionFirstOffset,
        };
        if (lastBatch is { } batch)
            entry.Add(batch);
        return entry;
    }

    private void SetEpoch(short epoch)
    {
        if (ProducerEpoch == epoch)
            return;
        BatchCount = 0;
        ProducerEpoch = epoch;
    }

    private void Add(BatchMetadata batch)
    {
        if (BatchCount == MaxBatches)
        {
            for (var i = 1; i < MaxBatches; i++)
                _batches[i - 1] = _batches[i];
            BatchCount--;
        }
        _batches[BatchCount++] = batch;
    }

    [InlineArray(MaxBatches)]
    private struct Batches
    {
        private BatchMetadata _first;
    }
}
