using System.Runtime.ExceptionServices;
using KafkaSharp.Network.Buffers;
using KafkaSharp.Network.Transports;

namespace KafkaSharp.Network.Connections;

/// <summary>
/// The responses of a connection in the order of its requests. Ready responses are collected in a batch that the connection's loop sends on
/// its own thread. When a pending response may be followed by others (<see cref="FrameHandling.Overlaps"/>), a separate task sends until
/// the queue is empty again. <see cref="AddAsync"/>, <see cref="FlushAsync"/> and <see cref="FinishAsync"/> are for the connection's loop,
/// <see cref="Close"/> for any thread.
/// </summary>
/// <param name="transport">Where responses are sent.</param>
/// <param name="time">The clock of mutes.</param>
/// <param name="progressed">Called whenever some bytes have been sent.</param>
internal sealed class ResponseQueue(Transport transport, TimeProvider time, Action progressed)
{
    private const int FlushBytes = 64 * 1024;
    private const int FlushFrames = 64;
    private const int MostPending = 512;

    private readonly Lock _gate = new();
    private readonly SendBatch _batch = new(progressed);
    private readonly ResponseWait _wait = new();
    private Queue<ValueTask<OutgoingFrame?>>? _pending;
    private TaskCompletionSource? _waiter;
    private int _waiterBelow;
    private bool _draining;
    private Task _drain = Task.CompletedTask;
    private Exception? _failure;
    private volatile int _awaited;
    private long _mutedUntil;

    /// <summary>Whether a response is being prepared: the connection is silent because of the broker, not because of the client.</summary>
    public bool AwaitsResponse => _awaited > 0;

    /// <summary>Whether a response that closes the connection has been sent.</summary>
    public bool Ended { get; private set; }

    /// <summary>The exception a response failed with: a fault of the handler, which ends the connection.</summary>
    public Exception? HandlerFailure { get; private set; }

    /// <summary>How long nothing may be read from the connection, by the responses already sent; zero or less for not at all.</summary>
    public TimeSpan MuteLeft =>
        Volatile.Read(ref _mutedUntil) is var end and not 0 ? time.GetElapsedTime(time.GetTimestamp(), end) : TimeSpan.Zero;

    /// <summary>Takes the response to the next request; returns when the next frame may be handled.</summary>
    public ValueTask AddAsync(ValueTask<OutgoingFrame?> response, bool overlaps)
    {
        if (!Volatile.Read(ref _draining) && response.IsCompletedSuccessfully)
            return AddReady(response.Result);
        return AddSlowAsync(response, overlaps);
    }

    /// <summary>Sends what is ready, unless a drain does.</summary>
    public ValueTask FlushAsync() => Volatile.Read(ref _draining) || _batch.Frames == 0 ? ValueTask.CompletedTask : SendAsync();

    /// <summary>Returns when every response has been sent.</summary>
    public async ValueTask FinishAsync()
    {
        await WaitUntilPendingAtMost(0);
        await FlushAsync();
    }

    /// <summary>The connection is closed: no response is waited for any longer.</summary>
    public void Close() => _wait.Close();

    /// <summary>
    /// After <see cref="Close"/>: drops what has not been sent; responses that come later are disposed then. Never fails.
    /// </summary>
    public async ValueTask AbandonAsync()
    {
        await _drain;
        _batch.Clear();
    }

    internal static async Task DiscardAsync(ValueTask<OutgoingFrame?> response)
    {
        try
        {
            (await response)?.Dispose();
        }
        catch (Exception)
        {
            // The connection is already closed, which is all that a failure causes.
        }
    }

    private ValueTask AddReady(OutgoingFrame? frame)
    {
        if (frame is not null)
            _batch.Add(frame);
        return _batch.Bytes >= FlushBytes || _batch.Frames >= FlushFrames || _batch.EndsReading ? FlushAsync() : ValueTask.CompletedTask;
    }

    private async ValueTask AddSlowAsync(ValueTask<OutgoingFrame?> response, bool overlaps)
    {
        if (TryEnqueueBehindOthers(response))
        {
            await WaitUntilPendingAtMost(overlaps ? MostPending : 0);
            return;
        }
        try
        {
            await FlushAsync();
        }
        catch
        {
            _ = DiscardAsync(response);
            throw;
        }
        if (overlaps)
        {
            lock (_gate)
            {
                _draining = true;
                (_pending ??= new Queue<ValueTask<OutgoingFrame?>>()).Enqueue(response);
            }
            _drain = DrainAsync();
            return;
        }
        await AddReady(await AwaitAsync(response));
    }

    private bool TryEnqueueBehindOthers(ValueTask<OutgoingFrame?> response)
    {
        lock (_gate)
        {
            if (!_draining)
                return false;
            _pending!.Enqueue(response);
            return true;
        }
    }

    private async ValueTask WaitUntilPendingAtMost(int count)
    {
        Task waiting;
        lock (_gate)
        {
            if (!_draining || (count > 0 && _pending!.Count <= count))
            {
                ThrowFailure();
                return;
            }
            _waiter = new TaskCompletionSource(count > 0 ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None);
            _waiterBelow = count / 2;
            waiting = _waiter.Task;
        }
        await waiting;
        ThrowFailure();
    }

    private void ThrowFailure()
    {
        if (_failure is not null)
            ExceptionDispatchInfo.Throw(_failure);
    }

    // Runs while responses are waited for. It never throws: a failure is kept for the connection's loop, and closes the transport to wake
    // it.
    private async Task DrainAsync()
    {
        while (TryTakeNext(out var response, out var waiter))
        {
            waiter?.SetResult();
            try
            {
                if (_failure is not null)
                    _ = DiscardAsync(response);
                else if (await AwaitAsync(response) is { } frame)
                    _batch.Add(frame);
                if (_failure is null && _batch.Frames > 0 && !NextIsReady())
                    await SendAsync();
            }
            catch (Exception e)
            {
                Fail(e);
            }
        }
    }

    // Takes the next response, or ends the drain; in both cases returns a waiter whose condition now holds.
    private bool TryTakeNext(out ValueTask<OutgoingFrame?> response, out TaskCompletionSource? waiter)
    {
        TaskCompletionSource? last;
        lock (_gate)
        {
            if (_pending!.TryDequeue(out response))
            {
                waiter = _waiter is not null && _waiterBelow > 0 && _pending.Count <= _waiterBelow ? _waiter : null;
                if (waiter is not null)
                    _waiter = null;
                return true;
            }
            waiter = null;
            last = _waiter;
            _waiter = null;
            _draining = false;
        }
        last?.SetResult();
        return false;
    }

    private bool NextIsReady()
    {
        lock (_gate)
            return _batch.Bytes < FlushBytes && _pending!.TryPeek(out var next) && next.IsCompleted;
    }

    private async ValueTask<OutgoingFrame?> AwaitAsync(ValueTask<OutgoingFrame?> response)
    {
        if (response.IsCompletedSuccessfully)
            return response.Result;
        _awaited = 1;
        var ready = await _wait.ForAsync(response);
        _awaited = 0;
        if (!ready)
            throw new IOException("The connection was closed");
        try
        {
            return await response;
        }
        catch (Exception e)
        {
            HandlerFailure = e;
            throw new IOException("A request failed without a response", e);
        }
    }

    private async ValueTask SendAsync()
    {
        try
        {
            // Before the client can know: its next request must not be handled in between.
            if (_batch.Mute > TimeSpan.Zero)
                Mute(_batch.Mute);
            await transport.SendAsync(_batch);
            Ended |= _batch.ClosesConnection;
        }
        finally
        {
            _batch.Clear();
        }
        if (Ended)
            transport.ShutdownReceive();
    }

    // From now on, as a client counts the throttle time of its response. 0 means no mute.
    private void Mute(TimeSpan period)
    {
        var end = time.GetTimestamp() + (long)(period.TotalSeconds * time.TimestampFrequency);
        Volatile.Write(ref _mutedUntil, Math.Max(Math.Max(end, _mutedUntil), 1));
    }

    private void Fail(Exception e)
    {
        _batch.Clear();
        _failure ??= e;
        transport.Dispose();
    }
}
