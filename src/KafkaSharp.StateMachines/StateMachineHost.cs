using KafkaSharp.Protocol;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.StateMachines;

/// <summary>
/// Runs a replicated state machine: a command makes records and a response, the log takes the records, they are replayed and released to
/// the log, and the response is given when the log has committed them. Commands run one at a time on the <see cref="EventLoop"/>; all members may be called from any thread. A
/// host that <see cref="Fail"/> has ended stays ended: the state may hold what was never committed, so it is thrown away with its host.
/// </summary>
/// <param name="loop">Where commands run; may be shared by several hosts. Not owned.</param>
/// <param name="log">Where records go.</param>
/// <param name="state">What records change.</param>
/// <param name="committedOffset">
/// The offset up to which <paramref name="state"/> has been loaded and everything is committed (exclusive).
/// </param>
/// <param name="logger">Where faults of commands go.</param>
public sealed class StateMachineHost<TRecord>(
    EventLoop loop, IStateMachineLog<TRecord> log, IReplayable<TRecord> state, long committedOffset, ILogger logger)
{
    private readonly Queue<PendingCommand> _pending = new();
    private readonly TaskCompletionSource<StateMachineException> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _completing;
    private EventLoopTimer? _sweep;
    private long _sweepAt = long.MaxValue;
    private long _appendedOffset = committedOffset;
    private long _committedOffset = committedOffset;
    private StateMachineException? _failure;

    public EventLoop Loop { get; } = loop;

    /// <summary>The offset up to which records were appended and replayed, exclusive. Read on the loop.</summary>
    public long AppendedOffset => _appendedOffset;

    /// <summary>The offset up to which records are known to be committed, exclusive.</summary>
    public long CommittedOffset => Volatile.Read(ref _committedOffset);

    /// <summary>
    /// Completes when the host has ended: by <see cref="Fail"/>, or by itself when records could not be replayed. From then on it refuses every
    /// command; nothing is served until its owner makes another with a state loaded anew.
    /// </summary>
    public Task<StateMachineException> Failed => _failed.Task;

    /// <summary>
    /// Runs a command and answers when its records are committed; one without records when everything written before it is. The task's
    /// exception is the one the command threw, or a <see cref="StateMachineException"/>: of the append, of <see cref="Fail"/>, or
    /// RequestTimedOut when the timeout passed before the commit (the records may still be committed then).
    /// </summary>
    public Task<TResponse> WriteAsync<TResponse>(string name, Func<CommandResult<TRecord, TResponse>> command, TimeSpan? timeout = null)
    {
        var write = new WriteCommand<TResponse>(this, name, command, DeadlineAfter(timeout));
        Loop.Dispatch(write);
        return write.Task;
    }

    /// <summary>Runs a query and answers when everything it can have seen is committed.</summary>
    public Task<TResponse> ReadAsync<TResponse>(string name, Func<TResponse> query, TimeSpan? timeout = null) =>
        WriteAsync(name, () => new CommandResult<TRecord, TResponse>([], query()), timeout);

    /// <summary>The log has committed everything before an offset. From any thread, also from inside an append.</summary>
    public void OnCommitted(long offset)
    {
        var seen = Volatile.Read(ref _committedOffset);
        while (offset > seen)
        {
            var was = Interlocked.CompareExchange(ref _committedOffset, offset, seen);
            if (was == seen)
                break;
            seen = was;
        }
        if (Loop.IsOnLoop)
            CompleteCommitted();
        else if (Interlocked.Exchange(ref _completing, 1) == 0)
            Loop.Post(CompleteCommitted);
    }

    /// <summary>
    /// Ends the host: pending commands and all that come later end with this error. From any thread; the first call counts.
    /// </summary>
    public void Fail(ErrorCode errorCode, string? message = null)
    {
        if (Loop.IsOnLoop)
            FailNow(errorCode, message);
        else
            Loop.Post(() => FailNow(errorCode, message));
    }

    private void FailNow(ErrorCode errorCode, string? message)
    {
        _failure ??= new StateMachineException(errorCode, message ?? $"The state machine has stopped: {errorCode}");
        _failed.TrySetResult(_failure);
        _sweep?.Cancel();
        while (_pending.TryDequeue(out var command))
            command.Abort(_failure);
    }

    private void CompleteCommitted()
    {
        Interlocked.Exchange(ref _completing, 0);
        var committed = Volatile.Read(ref _committedOffset);
        while (_pending.TryPeek(out var command) && command.EndOffset <= committed)
            _pending.Dequeue().Complete();
    }

    // A timestamp, not the time of day, which may be set back or forth.
    private long DeadlineAfter(TimeSpan? timeout) =>
        timeout is { } span ? Loop.Time.GetTimestamp() + (long)(span.TotalSeconds * Loop.Time.TimestampFrequency) : long.MaxValue;

    private void Await(PendingCommand command)
    {
        if (_failure is not null)
        {
            command.Abort(_failure);
            return;
        }
        if (command.EndOffset <= Volatile.Read(ref _committedOffset) && _pending.Count == 0)
        {
            command.Complete();
            return;
        }
        _pending.Enqueue(command);
        if (command.Deadline < _sweepAt)
            SweepAt(command.Deadline);
    }

    private void SweepAt(long deadline)
    {
        _sweep?.Cancel();
        _sweepAt = deadline;
        _sweep = deadline == long.MaxValue
            ? null
            : Loop.Schedule(Loop.Time.GetElapsedTime(Loop.Time.GetTimestamp(), deadline), SweepTimedOut);
    }

    private void SweepTimedOut()
    {
        var now = Loop.Time.GetTimestamp();
        var next = long.MaxValue;
        foreach (var command in _pending)
        {
            if (command.Deadline <= now)
                command.TimeOut();
            else if (!command.IsDone)
                next = Math.Min(next, command.Deadline);
        }
        SweepAt(next);
    }

    /// <summary>A command whose answer waits in the queue for its commit.</summary>
    private abstract class PendingCommand(string name, long deadline) : LoopCommand
    {
        public string Name { get; } = name;
        public long Deadline { get; } = deadline;
        public long EndOffset { get; protected set; }
        public abstract bool IsDone { get; }

        public abstract void Complete();

        public void TimeOut() =>
            Abort(new StateMachineException(ErrorCode.RequestTimedOut, $"{Name} was not committed within its timeout"));
    }

    private sealed class WriteCommand<TResponse>(
        StateMachineHost<TRecord> host, string name, Func<CommandResult<TRecord, TResponse>> command, long deadline)
        : PendingCommand(name, deadline)
    {
        private readonly TaskCompletionSource<TResponse> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TResponse _response = default!;
        private Action<Exception?>? _settled;

        public Task<TResponse> Task => _completion.Task;

        public override bool IsDone => _completion.Task.IsCompleted;

        public override void Run()
        {
            if (host._failure is { } failure)
                Abort(failure);
            else if (Deadline != long.MaxValue && host.Loop.Time.GetTimestamp() >= Deadline)
                TimeOut();
            else
                Execute();
        }

        public override void Complete()
        {
            Settle(null);
            _completion.TrySetResult(_response);
        }

        public override void Abort(Exception reason)
        {
            Settle(reason);
            _completion.TrySetException(reason);
        }

        private void Settle(Exception? reason)
        {
            var settled = _settled;
            _settled = null;
            settled?.Invoke(reason);
        }

        private void Execute()
        {
            CommandResult<TRecord, TResponse> result;
            try
            {
                result = command();
                _settled = result.Settled;
                EndOffset = result.Records.Count == 0 ? host._appendedOffset : host.Append(Name, result.Records, result.IsAtomic);
            }
            catch (StateMachineException e)
            {
                Abort(e);
                return;
            }
#pragma warning disable CA1031 // Whatever a command throws is its caller's to hear.
            catch (Exception e)
#pragma warning restore CA1031
            {
                host.LogFault(Name, e);
                Abort(e);
                return;
            }
            _response = result.Response;
            host.Await(this);
        }
    }

    private void LogFault(string name, Exception exception) => logger.WriteFaulted(Loop.Name, name, exception);

    private long Append(string name, IReadOnlyList<TRecord> records, bool isAtomic)
    {
        var end = log.Append(records, isAtomic);
        _appendedOffset = end;
        try
        {
            var offset = end - records.Count;
            for (var i = 0; i < records.Count; i++)
                state.Replay(offset + i, records[i]);
            log.Release();
        }
        catch (StateMachineException e)
        {
            FailNow(e.ErrorCode, e.Message);
            throw _failure!;
        }
#pragma warning disable CA1031 // The state holds what the log does not, or half of it: nothing it says can be trusted any more.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.ReplayFaulted(Loop.Name, name, e);
            FailNow(ErrorCode.UnknownServerError, $"Records of {name} could not be replayed: {e.Message}");
            throw _failure!;
        }
        return end;
    }
}
