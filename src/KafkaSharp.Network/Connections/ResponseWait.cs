using System.Threading.Tasks.Sources;
using KafkaSharp.Network.Buffers;

namespace KafkaSharp.Network.Connections;

/// <summary>
/// The wait of a connection for one response at a time. It ends when the response is ready or the connection is closed, whichever comes
/// first, so that a closed connection does not exist until its waiting request is complete. A later response is disposed. One wait after
/// another, by the current sender; <see cref="Close"/> from any thread. Allocates nothing for a wait.
/// </summary>
internal sealed class ResponseWait : IValueTaskSource<bool>
{
    private const int Idle = 0;
    private const int Waiting = 1;
    private const int Closed = 2;

    private readonly Action _ready;
    private ManualResetValueTaskSourceCore<bool> _core;
    private ValueTask<OutgoingFrame?> _response;
    private int _state;

    public ResponseWait() => _ready = OnReady;

    /// <summary>
    /// True when the response is ready, for the caller to take; false when the connection was closed: then the caller must not take it.
    /// </summary>
    public ValueTask<bool> ForAsync(ValueTask<OutgoingFrame?> response)
    {
        if (response.IsCompleted)
            return new(true);
        _core.Reset();
        _response = response;
        var closed = Interlocked.CompareExchange(ref _state, Waiting, Idle) == Closed;
        response.GetAwaiter().UnsafeOnCompleted(_ready);
        return closed ? new(false) : new(this, _core.Version);
    }

    /// <summary>Ends the wait, on a thread of the pool, and every later one at once.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _state, Closed) == Waiting)
            ThreadPool.UnsafeQueueUserWorkItem(static wait => wait._core.SetResult(false), this, preferLocal: false);
    }

    bool IValueTaskSource<bool>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void OnReady()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Waiting) == Waiting)
            _core.SetResult(true);
        else
            _ = ResponseQueue.DiscardAsync(_response);
    }
}
