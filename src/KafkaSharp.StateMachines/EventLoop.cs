using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.StateMachines;

/// <summary>
/// One thread of execution without a dedicated thread: commands run one after another, in the order they were posted, on the pool thread
/// that drains the queue. <see cref="RunAsync{T}"/> and <see cref="Dispatch"/> run on the calling thread when the loop is idle, so that an
/// uncontended command costs no thread hop. An exception of a command ends that command only; it is logged and given to the caller. All
/// members may be called from any thread. The creator owns the loop; <see cref="DisposeAsync"/> runs what was posted before and stops.
/// </summary>
/// <param name="name">The loop's name in logs.</param>
/// <param name="time">The clock of <see cref="Schedule"/>.</param>
/// <param name="logger">Receives faults of commands.</param>
/// <param name="scheduler">Runs a drain of the queue; the thread pool unless a simulation decides the order.</param>
public sealed class EventLoop(string name, TimeProvider time, ILogger logger, Action<IThreadPoolWorkItem>? scheduler = null)
    : IThreadPoolWorkItem, IAsyncDisposable
{
    /// <summary>Commands that one drain runs before it queues itself again, so that a busy loop does not hold a pool thread.</summary>
    private const int DrainLimit = 256;

    [ThreadStatic]
    private static EventLoop? t_current;

    private readonly ConcurrentQueue<LoopCommand> _queue = new();
    private readonly Lock _timerGate = new();
    private readonly HashSet<EventLoopTimer> _timers = [];
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _busy;
    private int _stopping;
    private bool _ended;

    public string Name { get; } = name;

    public TimeProvider Time { get; } = time;

    /// <summary>Whether the calling code runs as a command of this loop.</summary>
    public bool IsOnLoop => t_current == this;

    /// <summary>Whether commands wait in the queue.</summary>
    public bool HasQueued => !_queue.IsEmpty;

    /// <summary>Queues a command; never runs it on the calling thread. After the loop has stopped the command is dropped.</summary>
    public void Post(Action command) => Post(new ActionCommand(command));

    /// <inheritdoc cref="Post(Action)"/>
    public void Post(LoopCommand command)
    {
        if (Volatile.Read(ref _stopping) != 0)
        {
            command.Abort(new ObjectDisposedException(Name));
            return;
        }
        Enqueue(command);
    }

    /// <summary>Runs a command now, on the calling thread, when the loop is idle; else queues it.</summary>
    public void Dispatch(LoopCommand command)
    {
        if (!_queue.IsEmpty || Volatile.Read(ref _stopping) != 0 || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            Post(command);
            return;
        }
        var outer = t_current;
        t_current = this;
        RunOne(command);
        t_current = outer;
        Release();
    }

    /// <summary>Runs a function on the loop. Its exception, or ObjectDisposedException after the loop has stopped, is the task's.</summary>
    public Task<T> RunAsync<T>(Func<T> function)
    {
        var command = new FunctionCommand<T>(function);
        Dispatch(command);
        return command.Task;
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public Task RunAsync(Action action) => RunAsync(() =>
    {
        action();
        return true;
    });

    /// <summary>Runs a command on the loop after a delay, unless the timer is cancelled before.</summary>
    public EventLoopTimer Schedule(TimeSpan delay, Action command)
    {
        var timer = new EventLoopTimer(this, command);
        lock (_timerGate)
        {
            if (Volatile.Read(ref _stopping) == 0)
                _timers.Add(timer);
        }
        timer.Start(delay);
        return timer;
    }

    /// <summary>Cancels the timers, runs what was posted before, and stops. Must not be awaited on the loop itself.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _stopping, 1) == 0)
        {
            EventLoopTimer[] timers;
            lock (_timerGate)
            {
                timers = [.. _timers];
                _timers.Clear();
            }
            foreach (var timer in timers)
                timer.Cancel();
            Enqueue(new ActionCommand(() =>
            {
                _ended = true;
                _stopped.TrySetResult();
            }));
        }
        await _stopped.Task;
    }

    void IThreadPoolWorkItem.Execute()
    {
        t_current = this;
        for (var left = DrainLimit; left > 0 && _queue.TryDequeue(out var command); left--)
            RunOne(command);
        t_current = null;
        Release();
    }

    internal void Forget(EventLoopTimer timer)
    {
        lock (_timerGate)
            _timers.Remove(timer);
    }

    private void Enqueue(LoopCommand command)
    {
        _queue.Enqueue(command);
        if (Interlocked.CompareExchange(ref _busy, 1, 0) == 0)
            StartDrain();
    }

    private void RunOne(LoopCommand command)
    {
        if (_ended)
        {
            command.Abort(new ObjectDisposedException(Name));
            return;
        }
        try
        {
            command.Run();
        }
#pragma warning disable CA1031 // An exception of a command must not end the loop.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (command is ActionCommand)
                logger.CommandFaulted(Name, e);
            command.Abort(e);
        }
    }

    /// <summary>Releases the loop; takes it again when a command was queued between the last look at the queue and the release.</summary>
    private void Release()
    {
        Volatile.Write(ref _busy, 0);
        Interlocked.MemoryBarrier();
        if (!_queue.IsEmpty && Interlocked.CompareExchange(ref _busy, 1, 0) == 0)
            StartDrain();
    }

    private void StartDrain()
    {
        if (scheduler is null)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        else
            scheduler(this);
    }

    private sealed class ActionCommand(Action action) : LoopCommand
    {
        public override void Run() => action();

        public override void Abort(Exception reason)
        {
        }
    }

    private sealed class FunctionCommand<T>(Func<T> function) : LoopCommand
    {
        private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Task => _completion.Task;

        public override void Run() => _completion.TrySetResult(function());

        public override void Abort(Exception reason) => _completion.TrySetException(reason);
    }
}
