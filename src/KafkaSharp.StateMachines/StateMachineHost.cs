using KafkaSharp.Protocol;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.StateMachines;

/// <summary>
/// Runs a replicated state machine: a command makes records and a response, the log takes the records, they are replayed and released to
/// the log, and the response is given when the log has committed them. Commands run one at a time on the <see cref="EventLoop"/>. All
/// members may be called from any thread unless they say otherwise. A host that <see cref="Fail"/> has stopped stays stopped: its state may
/// hold what was never committed, so it is discarded together with the host.
/// </summary>
/// <param name="loop">Where commands run; may be shared by several hosts. Not owned.</param>
/// <param name="log">Where records go.</param>
/// <param name="state">What records change.</param>
/// <param name="committedOffset">The offset up to which everything is committed (exclusive).</param>
/// <param name="logger">Receives faults of commands.</param>
/// <param name="appendedOffset">
/// The offset up to which <paramref name="state"/> has been loaded (exclusive); -1 when that is the committed offset.
/// </param>
public sealed class StateMachineHost<TRecord>(
    EventLoop loop, IStateMachineLog<TRecord> log, IReplayable<TRecord> state, long committedOffset, ILogger logger,
    long appendedOffset = -1)
{
    private readonly PendingCommands _pending = new(loop);
    private readonly TaskCompletionSource<StateMachineException> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _completing;
    private long _appendedOffset = Math.Max(appendedOffset, committedOffset);
    private long _committedOffset = committedOffset;
    private StateMachineException? _failure;
    private StateMachineException? _reverted;

    public EventLoop Loop { get; } = loop;

    /// <summary>The offset up to which records were appended and replayed, exclusive. Read on the loop.</summary>
    public long AppendedOffset => _appendedOffset;

    /// <summary>The offset up to which records are known to be committed, exclusive.</summary>
    public long CommittedOffset => Volatile.Read(ref _committedOffset);

    /// <summary>
    /// Completes when the host has stopped: by <see cref="Fail"/>, or because records could not be replayed. It then refuses every
    /// command; its owner makes another host and reloads the state.
    /// </summary>
    public Task<StateMachineException> Failed => _failed.Task;

    /// <summary>
    /// Runs a command and gives its response when its records are committed; a command without records waits for everything written before
    /// it. The task's exception is the one the command threw, or a <see cref="StateMachineException"/>: of the append, of
    /// <see cref="Revert"/>, of <see cref="Fail"/>, or RequestTimedOut when the timeout passed before the commit (the records may still be
    /// committed in that case).
    /// </summary>
    public Task<TResponse> WriteAsync<TResponse>(string name, Func<CommandResult<TRecord, TResponse>> command, TimeSpan? timeout = null)
    {
        var write = new WriteCommand<TResponse>(this, name, command, DeadlineAfter(timeout));
        Loop.Dispatch(write);
        return write.Task;
    }

    /// <summary>Runs a query and gives its response when everything it can have seen is committed.</summary>
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
    /// The log could not write what it had taken from an offset on, and has undone its replay: the commands that wrote or saw any of it
    /// fail, the others and later ones go on. On the loop only.
    /// </summary>
    public void Revert(long offset, StateMachineException reason)
    {
        _appendedOffset = offset;
        _reverted = reason;
        _pending.AbortAbove(offset, reason);
    }

    /// <summary>
    /// Stops the host: pending commands and all later ones end with this error. From any thread; the first call counts.
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
        _pending.AbortAll(_failure);
    }

    private void CompleteCommitted()
    {
        Interlocked.Exchange(ref _completing, 0);
        _pending.CompleteUpTo(Volatile.Read(ref _committedOffset));
    }

    // A timestamp, not the wall clock, which can be set.
    private long DeadlineAfter(TimeSpan? timeout) =>
        timeout is { } span ? Loop.Time.GetTimestamp() + (long)(span.TotalSeconds * Loop.Time.TimestampFrequency) : long.MaxValue;

    private void Await(PendingCommand command)
    {
        if (_failure is not null)
            command.Abort(_failure);
        else if (command.EndOffset <= Volatile.Read(ref _committedOffset) && _pending.IsEmpty)
            command.Complete();
        else
            _pending.Add(command);
    }

    private long Append(string name, IReadOnlyList<TRecord> records, bool isAtomic)
    {
        for (var next = 0; next < records.Count;)
        {
            var count = isAtomic ? records.Count : log.CountThatFits(records, next);
            var taken = count == records.Count ? records : [.. records.Skip(next).Take(count)];
            AppendOnce(name, taken, isAtomic);
            next += count;
        }
        return _appendedOffset;
    }

    private void AppendOnce(string name, IReadOnlyList<TRecord> records, bool isAtomic)
    {
        var end = log.Append(records, isAtomic);
        _appendedOffset = end;
        _reverted = null;
        try
        {
            var offset = end - records.Count;
            for (var i = 0; i < records.Count; i++)
                state.Replay(offset + i, records[i]);
            log.Release();
        }
        catch (StateMachineException e)
        {
            throw Discard(e);
        }
#pragma warning disable CA1031 // After any exception the state no longer agrees with the log.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.ReplayFaulted(Loop.Name, name, e);
            throw Discard(new StateMachineException(
                ErrorCode.UnknownServerError, $"Records of {name} could not be replayed: {e.Message}", e));
        }
        if (_failure is not null)
            throw _failure;
        if (_reverted is not null)
            throw _reverted;
    }

    private StateMachineException Discard(StateMachineException reason)
    {
        if (log.TryDiscard(reason))
            return reason;
        FailNow(reason.ErrorCode, reason.Message);
        return _failure!;
    }

    private sealed class WriteCommand<TResponse>(
        StateMachineHost<TRecord> host, string name, Func<CommandResult<TRecord, TResponse>> command, long deadline)
        : PendingCommand(name, deadline)
    {
        private readonly TaskCompletionSource<TResponse> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TResponse _response = default!;
        private Action<ErrorCode>? _onCompleted;

        public Task<TResponse> Task => _completion.Task;

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
            Notify(ErrorCode.None);
            _completion.TrySetResult(_response);
        }

        public override void Abort(Exception reason)
        {
            Notify(StateMachineException.CodeOf(reason));
            _completion.TrySetException(reason);
        }

        private void Notify(ErrorCode error)
        {
            var onCompleted = _onCompleted;
            _onCompleted = null;
            onCompleted?.Invoke(error);
        }

        private void Execute()
        {
            try
            {
                var result = command();
                _response = result.Response;
                _onCompleted = result.OnCompleted;
                EndOffset = result.Records.Count == 0 ? host._appendedOffset : host.Append(Name, result.Records, result.IsAtomic);
            }
            catch (StateMachineException e)
            {
                Abort(e);
                return;
            }
#pragma warning disable CA1031 // The caller receives the exception of the command.
            catch (Exception e)
#pragma warning restore CA1031
            {
                host.LogFault(Name, e);
                Abort(e);
                return;
            }
            host.Await(this);
        }
    }

    private void LogFault(string name, Exception exception) => logger.WriteFaulted(Loop.Name, name, exception);
}
