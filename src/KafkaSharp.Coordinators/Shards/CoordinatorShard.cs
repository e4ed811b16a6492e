using KafkaSharp.Coordinators.Classic;
using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Coordinators.Offsets;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators.Shards;

/// <summary>
/// The coordinator of all groups that one partition of <c>__consumer_offsets</c> keeps: loaded when this broker becomes its leader, thrown
/// away when it is no more. Commands run on an event loop of its own; all members may be called from any thread. While it loads every
/// command is refused with COORDINATOR_LOAD_IN_PROGRESS, afterwards with NOT_COORDINATOR.
/// </summary>
sealed class CoordinatorShard : IShardTimerTarget, IAsyncDisposable
{
    private readonly ICoordinatorStorage _storage;
    private readonly GroupCoordinatorConfig _config;
    private readonly ILogger _log;
    private readonly EventLoop _loop;
    private readonly ShardTimer _cleanup;
    private readonly ClassicRebalance _rebalance;
    private readonly CancellationTokenSource _unloading = new();
    private ICoordinatorLog? _records;
    private StateMachineHost<CoordinatorRecord>? _host;
    private Task _loading = Task.CompletedTask;
    private long _highWatermark;
    private volatile bool _loadFailed;

    public CoordinatorShard(
        int partition, ICoordinatorStorage storage, GroupCoordinatorConfig config, EventLoop loop, Func<Guid> newGuid, ILogger log)
    {
        Partition = partition;
        _storage = storage;
        _config = config;
        _log = log;
        _loop = loop;
        var context = new ShardContext(loop, this, config, newGuid, log);
        Groups = new GroupTable(context);
        _rebalance = new ClassicRebalance(context);
        Join = new ClassicJoin(context, Groups, _rebalance);
        Sync = new ClassicSync(Groups, _rebalance);
        Heartbeat = new ClassicHeartbeat(Groups, _rebalance);
        Leave = new ClassicLeave(context, Groups, _rebalance);
        Committer = new OffsetCommitter(context, Groups, _rebalance);
        Fetcher = new OffsetFetcher(Groups);
        Removal = new OffsetRemoval(context, Groups);
        Describer = new GroupDescriber(Groups);
        _cleanup = context.NewTimer("expire-group-metadata");
    }

    public int Partition { get; }

    /// <summary>Whether it can serve no more although nobody unloaded it: it could not be loaded, or its state is not to be trusted.</summary>
    public bool HasFailed => _loadFailed || Volatile.Read(ref _host)?.Failed.IsCompleted == true;

    /// <summary>What replay made; used inside commands only.</summary>
    public GroupTable Groups { get; }

    public ClassicJoin Join { get; }
    public ClassicSync Sync { get; }
    public ClassicHeartbeat Heartbeat { get; }
    public ClassicLeave Leave { get; }
    public OffsetCommitter Committer { get; }
    public OffsetFetcher Fetcher { get; }
    public OffsetRemoval Removal { get; }
    public GroupDescriber Describer { get; }

    /// <summary>Reads the partition and begins to serve; never throws.</summary>
    public Task LoadAsync(int leaderEpoch) => _loading = LoadNowAsync(leaderEpoch);

    /// <summary>Runs a command and gives its answer when its records are committed.</summary>
    /// <exception cref="StateMachineException">Why not.</exception>
    public Task<T> WriteAsync<T>(string name, Func<(T Response, GroupResult Result)> command) => WriteAsync(name, command, _config.CommitTimeout);

    /// <summary>Runs a query and answers when all it has seen is committed.</summary>
    /// <exception cref="StateMachineException">Why not.</exception>
    public Task<T> ReadAsync<T>(string name, Func<T> query) => UnlessStoppedAsync(name, host => host.ReadAsync(name, query, _config.CommitTimeout));

    /// <summary>Everything before the offset is committed.</summary>
    public void OnHighWatermarkUpdated(long offset)
    {
        // Kept also while loading: the host that is made afterwards must know it.
        InterlockedMax(ref _highWatermark, offset);
        Volatile.Read(ref _host)?.OnCommitted(offset);
    }

    /// <summary>The partition is led by another broker: ends everything, now.</summary>
    public async ValueTask DisposeAsync()
    {
        await _unloading.CancelAsync();
        await _loading;
        Volatile.Read(ref _host)?.Fail(ErrorCode.NotCoordinator);
        await _loop.RunAsync(() =>
        {
            _cleanup.Cancel();
            foreach (var group in Groups.Groups)
                Unload(group);
            _records?.Dispose();
        });
        await _loop.DisposeAsync();
        _unloading.Dispose();
        _log.Unloaded(Partition);
    }

    void IShardTimerTarget.OnExpired(ShardTimer timer) =>
        _ = RunTimedAsync(timer.Name, () => (true, timer.Expire()));

    private Task<T> WriteAsync<T>(string name, Func<(T Response, GroupResult Result)> command, TimeSpan? timeout) =>
        UnlessStoppedAsync(name, host => host.WriteAsync(
            name,
            () =>
            {
                var (response, result) = command();
                return new CommandResult<CoordinatorRecord, T>(result.Records, response)
                {
                    Settled = result.Settled is { } settled ? failure => settled(ErrorOf(failure)) : null,
                };
            },
            timeout));

    private async Task<T> UnlessStoppedAsync<T>(string name, Func<StateMachineHost<CoordinatorRecord>, Task<T>> run)
    {
        if (Volatile.Read(ref _host) is not { } host)
        {
            throw new StateMachineException(
                _unloading.IsCancellationRequested ? ErrorCode.NotCoordinator : ErrorCode.CoordinatorLoadInProgress, name);
        }
        try
        {
            return await run(host);
        }
        catch (ObjectDisposedException e)
        {
            throw new StateMachineException(ErrorCode.NotCoordinator, name, e);
        }
    }

    private async Task LoadNowAsync(int leaderEpoch)
    {
        _log.Loading(Partition, leaderEpoch);
        var started = _loop.Time.GetTimestamp();
        try
        {
            var end = await _storage.LoadAsync(Partition, new CoordinatorRecordLoader(Groups, Partition, _log), _unloading.Token);
            await _loop.RunAsync(() => Activate(end));
            var elapsed = (long)_loop.Time.GetElapsedTime(started).TotalMilliseconds;
            // There are fifty partitions: only those that hold something are worth a line.
            var level = Groups.Groups.Count > 0 ? LogLevel.Information : LogLevel.Debug;
            _log.Loaded(level, Partition, leaderEpoch, Groups.Groups.Count, elapsed);
        }
        catch (Exception) when (_unloading.IsCancellationRequested)
        {
            // It is another broker's by now.
        }
#pragma warning disable CA1031 // Whatever the log throws: this partition can't be served, the others can.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _loadFailed = true;
            _log.LoadFailed(Partition, e);
            await _unloading.CancelAsync();
        }
    }

    private void Activate(long end)
    {
        if (_unloading.IsCancellationRequested)
            throw new OperationCanceledException();
        foreach (var group in Groups.Groups.OfType<ClassicGroup>())
        {
            foreach (var member in group.Members)
                _rebalance.ResetSession(group, member);
            if (group.Members.Count > _config.MaxSize)
                _rebalance.Prepare(group, $"freshly-loaded group of {group.Members.Count} members is over capacity {_config.MaxSize}");
        }
        _records = _storage.OpenLog(Partition);
        var host = new StateMachineHost<CoordinatorRecord>(_loop, _records, Groups, end, _log);
        Volatile.Write(ref _host, host);
        host.OnCommitted(Volatile.Read(ref _highWatermark));
        ScheduleCleanup();
    }

    private void ScheduleCleanup() => _cleanup.Set(_config.OffsetsRetentionCheckInterval, () =>
    {
        ScheduleCleanup();
        var records = Removal.OfExpired();
        if (records.Count > 0)
            _log.CleanedUp(records.Count, Partition);
        return new GroupResult(records);
    });

    private async Task RunTimedAsync(string name, Func<(bool, GroupResult)> command)
    {
        try
        {
            // Without a deadline: the timer has fired, so what waited too long behind others would never come to pass.
            await WriteAsync(name, command, timeout: null);
        }
        catch (StateMachineException e) when (e.ErrorCode is ErrorCode.NotCoordinator or ErrorCode.CoordinatorLoadInProgress)
        {
            // The timer ended with its shard.
        }
#pragma warning disable CA1031 // Nobody waits for it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _log.TimedOperationFailed(name, Partition, e);
        }
    }

    private static void Unload(Group group)
    {
        group.CancelTimers();
        if (group is not ClassicGroup classic)
            return;
        classic.TransitionTo(ClassicGroupState.Dead);
        foreach (var member in classic.Members)
        {
            classic.CompleteJoin(
                member, new JoinGroupResponse { MemberId = member.MemberId, ErrorCode = ErrorCode.NotCoordinator, ProtocolName = null });
            ClassicGroup.CompleteSync(member, new SyncGroupResponse { ErrorCode = ErrorCode.NotCoordinator });
        }
    }

    private static ErrorCode ErrorOf(Exception? failure) => failure switch
    {
        null => ErrorCode.None,
        StateMachineException e => e.ErrorCode,
        _ => ErrorCode.UnknownServerError,
    };

    private static void InterlockedMax(ref long target, long value)
    {
        var seen = Volatile.Read(ref target);
        while (value > seen)
        {
            var was = Interlocked.CompareExchange(ref target, value, seen);
            if (was == seen)
                return;
            seen = was;
        }
    }
}
