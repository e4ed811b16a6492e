using System.Runtime.ExceptionServices;
using KafkaSharp.Network.Buffers;
using KafkaSharp.Network.Transports;

namespace KafkaSharp.Network.Connections;

/// <summary>
/// The answers of a connection in the order of its requests. Ready ones gather in a batch that the connection's loop sends itself, without a hop;
/// once an answer is waited for behind which more may come (<see cref="FrameHandling.Overlaps"/>), a drain takes over the sending until
/// the queue is empty again. <see cref="AddAsync"/>, <see cref="FlushAsync"/> and what ends belong to the connection's loop, <see cref="Close"/>
/// to anyone.
/// </summary>
/// <param name="transport">Where answers leave.</param>
/// <param name="progressed">Called whenever some bytes have left.</param>
sealed class ResponseQueue(Transport transport, Action progressed)
{
    const int FlushBytes = 64 * 1024;
    const int FlushFrames = 64;
    const int MostPending = 512;

    private readonly Lock _gate = new();
    private readonly SendBatch _batch = new(progressed);
    private readonly AnswerWait _wait = new();
    private Queue<ValueTask<OutgoingFrame?>>? _pending;
    private TaskCompletionSource? _waiter;
    private int _waiterBelow;
    private bool _draining;
    private Task _drain = Task.CompletedTask;
    private Exception? _failure;
    private volatile int _awaited;

    /// <summary>Whether an answer is being worked on: the silence is ours, not the client's.</summary>
    public bool AwaitsAnswer => _awaited > 0;

    /// <summary>Whether an answer asked for the connection to be closed and has left.</summary>
    public bool Ended { get; private set; }

    /// <summary>What an answer failed with, which is the handler's fault and ends the connection.</summary>
    public Exception? HandlerFailure { get; private set; }

    /// <summary>Takes the answer to the next request; returns when the next frame may be handled.</summary>
    public ValueTask AddAsync(ValueTask<OutgoingFrame?> answer, bool overlaps)
    {
        if (!Volatile.Read(ref _draining) && answer.IsCompletedSuccessfully)
        {
            return AddReady(answer.Result);
        }
        return AddSlowAsync(answer, overlaps);
    }

    /// <summary>Sends what is ready, unless a drain is at it.</summary>
    public ValueTask FlushAsync() => Volatile.Read(ref _draining) || _batch.Frames == 0 ? ValueTask.CompletedTask : SendAsync();

    /// <summary>Returns when every answer has left.</summary>
    public async ValueTask FinishAsync()
    {
        await WaitUntilPendingAtMost(0);
        await FlushAsync();
    }

    /// <summary>The connection is closed: nothing is waited for any more.</summary>
    public void Close() => _wait.Close();

    /// <summary>After <see cref="Close"/>: drops what has not left; answers that come later are disposed as they come. Never fails.</summary>
    public async ValueTask AbandonAsync()
    {
        await _drain;
        _batch.Clear();
    }

    internal static async Task DiscardAsync(ValueTask<OutgoingFrame?> answer)
    {
        try
        {
            (await answer)?.Dispose();
        }
        catch (Exception)
        {
            // The connection is gone, and with it whoever the failure would be told to.
        }
    }

    private ValueTask AddReady(OutgoingFrame? frame)
    {
        if (frame is not null)
            _batch.Add(frame);
        return _batch.Bytes >= FlushBytes || _batch.Frames >= FlushFrames || _batch.ClosesConnection ? FlushAsync() : ValueTask.CompletedTask;
    }

    private async ValueTask AddSlowAsync(ValueTask<OutgoingFrame?> answer, bool overlaps)
    {
        if (TryEnqueueBehindOthers(answer))
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
            _ = DiscardAsync(answer);
            throw;
        }
        if (overlaps)
        {
            lock (_gate)
            {
                _draining = true;
                (_pending ??= new Queue<ValueTask<OutgoingFrame?>>()).Enqueue(answer);
            }
            _drain = DrainAsync();
            return;
        }
        await AddReady(await AwaitAsync(answer));
    }

    private bool TryEnqueueBehindOthers(ValueTask<OutgoingFrame?> answer)
    {
        lock (_gate)
        {
            if (!_draining)
                return false;
            _pending!.Enqueue(answer);
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

    // Runs while answers are waited for. It never throws: a failure is kept for the connection's loop, and closes the transport to wake it.
    private async Task DrainAsync()
    {
        while (TryTakeNext(out var answer, out var waiter))
        {
            waiter?.SetResult();
            try
            {
                if (_failure is not null)
                    _ = DiscardAsync(answer);
                else if (await AwaitAsync(answer) is { } frame)
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

    // Takes the next answer, or ends the drain; in both cases hands out a waiter whose condition now holds.
    private bool TryTakeNext(out ValueTask<OutgoingFrame?> answer, out TaskCompletionSource? waiter)
    {
        TaskCompletionSource? last;
        lock (_gate)
        {
            if (_pending!.TryDequeue(out answer))
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

    private async ValueTask<OutgoingFrame?> AwaitAsync(ValueTask<OutgoingFrame?> answer)
    {
        if (answer.IsCompletedSuccessfully)
            return answer.Result;
        _awaited = 1;
        var answered = await _wait.ForAsync(answer);
        _awaited = 0;
        if (!answered)
            throw new IOException("The connection was closed");
        try
        {
            return await answer;
        }
        catch (Exception e)
        {
            HandlerFailure = e;
            throw new IOException("A request failed without an answer", e);
        }
    }

    private async ValueTask SendAsync()
    {
        try
        {
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

    private void Fail(Exception e)
    {
        _batch.Clear();
        _failure ??= e;
        transport.Dispose();
    }
}
