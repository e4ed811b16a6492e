using KafkaSharp.Raft.Log;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Raft;

/// <summary>
/// The batches that are appended and not in the log yet. They wait here while the disk is full, and no further ones are accepted then; all
/// reads go on. Used on the node's event loop, but for <see cref="IsOutOfSpace"/> and <see cref="WaitsForSpace"/>, which are thread-safe.
/// </summary>
/// <param name="write">Writes a batch, or throws a <see cref="LogFullException"/>.</param>
/// <param name="flush">Makes what is written durable, or throws a <see cref="LogFullException"/>.</param>
/// <param name="scheduleRetry">Has the node call <see cref="Retry"/> after a time.</param>
/// <param name="logger">Where it is logged that the disk is full.</param>
internal sealed class UnwrittenBatches<TRecord>(
    Action<EncodedBatch<TRecord>> write, Action flush, Action<TimeSpan> scheduleRetry, ILogger logger)
{
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    private readonly Queue<EncodedBatch<TRecord>> _batches = [];
    private volatile bool _waitsForSpace;
    private volatile bool _isOutOfSpace;
    private bool _isRetryScheduled;
    private bool _isUnflushed;

    /// <summary>Whether batches wait for space: others would only add to them.</summary>
    public bool IsOutOfSpace => _isOutOfSpace;

    /// <summary>Whether a full disk is waited for.</summary>
    public bool WaitsForSpace
    {
        get => _waitsForSpace;
        set => _waitsForSpace = value;
    }

    /// <summary>Writes what waits and then further batches, as far as there is space, and flushes what is written.</summary>
    public void Write(IEnumerable<EncodedBatch<TRecord>> appended)
    {
        foreach (var batch in appended)
            _batches.Enqueue(batch);
        while (_batches.TryPeek(out var next) && Try(() => write(next)))
        {
            _batches.Dequeue();
            _isUnflushed = true;
        }
        // The first flush of a segment writes its indexes.
        if (_isUnflushed && Try(flush))
            _isUnflushed = false;
        var wasOutOfSpace = _isOutOfSpace;
        _isOutOfSpace = _batches.Count > 0 || _isUnflushed;
        if (!_isOutOfSpace)
            return;
        if (!wasOutOfSpace)
            logger.OutOfSpace();
        if (_isRetryScheduled)
            return;
        _isRetryScheduled = true;
        scheduleRetry(s_retry);
    }

    /// <summary>Writes what waits, when the time of the retry has come.</summary>
    public void Retry()
    {
        _isRetryScheduled = false;
        Write([]);
    }

    /// <summary>Drops them: the node is not the leader any more.</summary>
    public void Clear()
    {
        _batches.Clear();
        _isOutOfSpace = _isUnflushed;
    }

    private bool Try(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (LogFullException) when (_waitsForSpace)
        {
            return false;
        }
    }
}
