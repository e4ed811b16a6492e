using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Raft.Log;

/// <summary>
/// Gives records their offsets at once, encodes them, and keeps their batches until the node writes them (Kafka's name): what is appended while
/// one flush runs shares the next. From any thread.
/// </summary>
sealed class BatchAccumulator<TRecord>(BatchEncoder<TRecord> encoder, TimeProvider time)
{
    private const int NotLeading = -1;

    private readonly Lock _gate = new();
    private List<EncodedBatch<TRecord>> _waiting = [];
    private int _epoch = NotLeading;
    private long _nextOffset;

    /// <summary>Takes appends of an epoch from an offset on.</summary>
    public void Open(int epoch, long nextOffset)
    {
        lock (_gate)
            (_epoch, _nextOffset) = (epoch, nextOffset);
    }

    /// <summary>Refuses appends from now on and forgets what was not drained: it never reached the log.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _epoch = NotLeading;
            _waiting = [];
        }
    }

    /// <summary>Encodes records for the offsets that come next. Nobody else knows of them until they are appended.</summary>
    public PreparedAppend<TRecord> Prepare(int epoch, IReadOnlyList<TRecord> records, bool isAtomic)
    {
        ArgumentOutOfRangeException.ThrowIfZero(records.Count);
        lock (_gate)
        {
            CheckEpoch(epoch);
            return new(epoch, encoder.Encode(records, isAtomic, _nextOffset, epoch, time.GetUtcNow().ToUnixTimeMilliseconds()));
        }
    }

    /// <returns>Whether this append is the first to wait, so that its caller asks for a drain.</returns>
    public bool Append(PreparedAppend<TRecord> prepared)
    {
        lock (_gate)
        {
            CheckEpoch(prepared.Epoch);
            if (prepared.BaseOffset != _nextOffset)
                throw new InvalidOperationException($"Prepared for offset {prepared.BaseOffset}, but {_nextOffset} comes next");
            var isFirst = _waiting.Count == 0;
            _waiting.AddRange(prepared.Batches);
            _nextOffset = prepared.LastOffset + 1;
            return isFirst;
        }
    }

    /// <summary>Everything that waits; empty when another drain was faster.</summary>
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
            throw new StateMachineException(ErrorCode.NotController, $"This node does not lead the metadata quorum in epoch {epoch}");
    }
}
