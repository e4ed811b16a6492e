using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Raft.Log;

/// <summary>
/// Assigns offsets to records, encodes them, and keeps the batches until the node writes them (Kafka's <c>BatchAccumulator</c>). Batches
/// that are appended while a flush runs share the next flush. Thread-safe.
/// </summary>
internal sealed class BatchAccumulator<TRecord>(BatchEncoder<TRecord> encoder, TimeProvider time)
{
    private const int NotLeading = -1;

    private readonly Lock _gate = new();
    private List<EncodedBatch<TRecord>> _waiting = [];
    private int _epoch = NotLeading;
    private long _nextOffset;

    /// <summary>Accepts appends in this epoch, starting at an offset.</summary>
    public void Open(int epoch, long nextOffset)
    {
        lock (_gate)
            (_epoch, _nextOffset) = (epoch, nextOffset);
    }

    /// <summary>Refuses further appends and discards the batches that were not drained. They never reached the log.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _epoch = NotLeading;
            _waiting = [];
        }
    }

    /// <summary>Encodes records for the next offsets, without any effect until <see cref="Append"/>.</summary>
    public PreparedAppend<TRecord> Prepare(int epoch, IReadOnlyList<TRecord> records, bool isAtomic)
    {
        ArgumentOutOfRangeException.ThrowIfZero(records.Count);
        lock (_gate)
        {
            CheckEpoch(epoch);
            return new(epoch, encoder.Encode(records, isAtomic, _nextOffset, epoch, time.GetUtcNow().ToUnixTimeMilliseconds()));
        }
    }

    /// <returns>Whether no other batch was waiting. The caller must then schedule a drain.</returns>
    public bool Append(PreparedAppend<TRecord> prepared)
    {
        lock (_gate)
        {
            CheckEpoch(prepared.Epoch);
            if (prepared.BaseOffset != _nextOffset)
            {
                throw new InvalidOperationException(
                    $"The records were prepared for offset {prepared.BaseOffset}, but the next offset is {_nextOffset}");
            }
            var isFirst = _waiting.Count == 0;
            _waiting.AddRange(prepared.Batches);
            _nextOffset = prepared.LastOffset + 1;
            return isFirst;
        }
    }

    /// <summary>Appends a batch that is not one of records, in the epoch that the accumulator is open for.</summary>
    /// <param name="make">Makes the batch for an offset and an epoch.</param>
    /// <returns>As <see cref="Append"/>.</returns>
    /// <exception cref="StateMachineException">NotController: this node is not the leader.</exception>
    public bool AppendBatch(Func<long, int, EncodedBatch<TRecord>> make)
    {
        lock (_gate)
        {
            if (_epoch == NotLeading)
                throw new StateMachineException(ErrorCode.NotController, "This node is not the leader of the metadata quorum");
            var batch = make(_nextOffset, _epoch);
            var isFirst = _waiting.Count == 0;
            _waiting.Add(batch);
            _nextOffset = batch.Batch.LastOffset + 1;
            return isFirst;
        }
    }

    /// <summary>Removes and returns all waiting batches. Empty if another drain took them first.</summary>
    public List<EncodedBatch<TRecord>> Drain()
    {
        lock (_gate)
        {
            var drained = _waiting;
            if (drained.Count > 0)
                _waiting = [];
            return drained;
        }
    }

    private void CheckEpoch(int epoch)
    {
        if (epoch != _epoch)
            throw new StateMachineException(
                ErrorCode.NotController, $"This node is not the leader of the metadata quorum in epoch {epoch}");
    }
}
