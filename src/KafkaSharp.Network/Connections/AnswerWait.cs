using System.Threading.Tasks.Sources;
using KafkaSharp.Network.Buffers;

namespace KafkaSharp.Network.Connections;

/// <summary>
/// The wait of a connection for one answer at a time. It ends when the answer is there or the connection is closed, whichever comes first, so that
/// a peer that left is not kept for as long as its request may wait; an answer that comes later is disposed. One wait after another, by whoever
/// sends at the moment; <see cref="Close"/> from any thread. Allocates nothing for a wait.
/// </summary>
sealed class AnswerWait : IValueTaskSource<bool>
{
    const int Idle = 0;
    const int Waiting = 1;
    const int Closed = 2;

    private readonly Action _answered;
    private ManualResetValueTaskSourceCore<bool> _core;
    private ValueTask<OutgoingFrame?> _answer;
    private int _state;

    public AnswerWait() => _answered = OnAnswered;

    /// <summary>True when the answer is there and the caller's to take; false when the connection was closed, and the answer is not.</summary>
    public ValueTask<bool> ForAsync(ValueTask<OutgoingFrame?> answer)
    {
        if (answer.IsCompleted)
            return new(true);
        _core.Reset();
        _answer = answer;
        var closed = Interlocked.CompareExchange(ref _state, Waiting, Idle) == Closed;
        answer.GetAwaiter().UnsafeOnCompleted(_answered);
        return closed ? new(false) : new(this, _core.Version);
    }

    /// <summary>Ends the wait, on a thread of the pool, and all that come after.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _state, Closed) == Waiting)
            ThreadPool.UnsafeQueueUserWorkItem(static wait => wait._core.SetResult(false), this, preferLocal: false);
    }

    bool IValueTaskSource<bool>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void OnAnswered()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Waiting) == Waiting)
            _core.SetResult(true);
        else
            _ = ResponseQueue.DiscardAsync(_answer);
    }
}
