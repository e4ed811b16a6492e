using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Coordinators.Runtime;

/// <summary>
/// Hosts the shard of one partition (Kafka's <c>CoordinatorContext</c>): loads it when this broker becomes the leader, runs its commands on
/// a dedicated event loop, and unloads it when leadership is lost. All members may be called from any thread. While it loads every
/// command is refused with COORDINATOR_LOAD_IN_PROGRESS, afterwards with NOT_COORDINATOR.
/// </summary>
internal sealed class ShardHost<TShard, TRecord> : IAsyncDisposable
    where TShard : class, ICoordinatorShard<TRecord>
    where TRecord : class
{
    private readonly CoordinatorRuntime<TShard, TRecord> _runtime;
    private readonly EventLoop _loop;
    private readonly UndoLog _undo = new();
    private readonly TShard _shard;
    private readonly CancellationTokenSource _unloading = new();
    private ICoordinatorPartition? _partition;
    private CoordinatorLog<TRecord>? _log;
    private StateMachineHost<CoordinatorEntry<TRecord>>? _host;
    private MetadataImage _image = MetadataImage.Empty;
    private Task _loading = Task.CompletedTask;
    private long _highWatermark;
    private int _leaderEpoch;
    private volatile bool _loadFailed;

    public ShardHost(CoordinatorRuntime<TShard, TRecord> runtime, int partition, int leaderEpoch)
    {
        _runtime = runtime;
        _loop = runtime.NewLoop(partition);
        _leaderEpoch = leaderEpoch;
        Partition = partition;
        _shard = runtime.NewShard(new ShardContext<TRecord>(
            partition, _loop, _undo, Post, () => Volatile.Read(ref _leaderEpoch), runtime.RunInBackground, runtime.Logger));
    }

    public int Partition { get; }

    /// <summary>
    /// Whether it can serve no more although it was not unloaded: it could not be loaded, or its state lacks records of the log.
    /// </summary>
    public bool HasFailed => _loadFailed || Volatile.Read(ref _host)?.Failed.IsCompleted == true;

    private CoordinatorRuntimeOptions Options => _runtime.Options;

    private string TopicPartition => $"{Options.Topic}-{Partition}";

    /// <summary>Reads the partition and begins to serve; never throws.</summary>
    public Task LoadAsync() => _loading = LoadNowAsync();

    /// <summary>
    /// The partition is led by this broker in a newer epoch. The shard is reloaded if another leader wrote to the partition in between.
    /// </summary>
    public void RaiseEpoch(int leaderEpoch)
    {
        Volatile.Write(ref _leaderEpoch, leaderEpoch);
        _loop.Post(() =>
        {
            if (_log is null)
                return;
            _log.LeaderEpoch = leaderEpoch;
            if (_partition!.LogEndOffset != _log.WrittenOffset)
            {
                Resynchronize(
                    $"the log ends at {_partition.LogEndOffset} in epoch {leaderEpoch}, the shard has written up to {_log.WrittenOffset}");
            }
        });
    }

    /// <summary>Runs a command and gives its response when its records are committed.</summary>
    /// <exception cref="StateMachineException">The command was not carried out, with the reason.</exception>
    public Task<T> WriteAsync<T>(string name, Func<TShard, CommandResult<TRecord, T>> command) =>
        WriteAsync(name, ProducerIdentity.None, null, command, Options.WriteTimeout);

    /// <summary>
    /// Verifies a transaction, then runs a command whose records belong to it: in a batch of their own, written at once.
    /// </summary>
    /// <exception cref="StateMachineException">The command was not carried out, with the reason.</exception>
    public async Task<T> WriteInTransactionAsync<T>(
        string name, TransactionIdentity transaction, Func<TShard, CommandResult<TRecord, T>> command)
    {
        // Before the command is queued, as in Kafka: the shard does not wait for the transaction coordinator.
        var verification = await _runtime.Storage.VerifyAsync(Partition, transaction);
        return await WriteAsync(
            name, new ProducerIdentity(transaction.ProducerId, transaction.ProducerEpoch), verification,
            shard => command(shard) with { IsAtomic = true }, Options.WriteTimeout);
    }

    /// <summary>
    /// Runs a command whose response a later command may give. Until then nothing limits the wait but the shard itself; a command that was
    /// not carried out fails the response.
    /// </summary>
    /// <exception cref="StateMachineException">The command was not carried out, with the reason.</exception>
    public Task<T> WriteDelayedAsync<T>(string name, Func<TShard, DelayedResponse<T>, CommandResult<TRecord>> command)
    {
        var response = new DelayedResponse<T>();
        _ = RunAsync();
        return response.Task;

        async Task RunAsync()
        {
            try
            {
                await WriteAsync(name, shard => command(shard, response).Respond(true));
            }
#pragma warning disable CA1031 // Passed on to the caller.
            catch (Exception e)
#pragma warning restore CA1031
            {
                response.TryFail(e);
            }
        }
    }

    /// <summary>Writes and applies the marker that ends a producer's transaction in this partition.</summary>
    /// <exception cref="StateMachineException">The marker was not written, with the reason.</exception>
    public Task EndTransactionAsync(ProducerIdentity producer, TransactionEnd end)
    {
        const string Name = "end-transaction";
        CoordinatorEntry<TRecord>[] marker = [new(null, producer, end)];
        return RunAsync(
            Name, () => new CommandResult<CoordinatorEntry<TRecord>, bool>(marker, true, IsAtomic: true), Options.WriteTimeout);
    }

    /// <summary>Runs a query and gives its response when everything it has seen is committed.</summary>
    /// <exception cref="StateMachineException">The query was not carried out, with the reason.</exception>
    public Task<T> ReadAsync<T>(string name, Func<TShard, T> query) =>
        UnlessStoppedAsync(name, host => host.ReadAsync(name, () => query(_shard), Options.WriteTimeout));

    /// <summary>
    /// The cluster's metadata changed; ignored while the shard loads, because it receives the newest image at the end of the load.
    /// </summary>
    public void OnMetadataUpdate(MetadataDelta delta, MetadataImage image) => _ = _loop.RunAsync(() =>
    {
        if (_host is null || image.HighestOffset <= _image.HighestOffset)
            return;
        _image = image;
        _shard.OnMetadataUpdate(delta, image);
    });

    /// <summary>Leadership is lost: ends everything now.</summary>
    public async ValueTask DisposeAsync()
    {
        await _unloading.CancelAsync();
        await _loading;
        Volatile.Read(ref _host)?.Fail(ErrorCode.NotCoordinator);
        await _loop.RunAsync(Unload);
        await _loop.DisposeAsync();
        _unloading.Dispose();
        _runtime.Logger.Unloaded(TopicPartition);
    }

    private void Unload()
    {
        _shard.OnUnloaded();
        _log?.Dispose();
        _partition?.Dispose();
    }

    private Task<T> WriteAsync<T>(
        string name, ProducerIdentity producer, TransactionVerification? verification, Func<TShard, CommandResult<TRecord, T>> command,
        TimeSpan? timeout) =>
        RunAsync(
            name,
            () =>
            {
                var result = command(_shard);
                IReadOnlyList<CoordinatorEntry<TRecord>> entries =
                    result.Records.Count == 0 ? [] : new CoordinatorEntries<TRecord>(result.Records, producer, verification);
                return new CommandResult<CoordinatorEntry<TRecord>, T>(entries, result.Response, result.IsAtomic)
                {
                    OnCompleted = result.OnCompleted,
                };
            },
            timeout);

    private Task<T> RunAsync<T>(string name, Func<CommandResult<CoordinatorEntry<TRecord>, T>> command, TimeSpan? timeout) =>
        UnlessStoppedAsync(name, host => host.WriteAsync(
            name,
            () =>
            {
                _log!.BeginCommand();
                try
                {
                    return command();
                }
                catch
                {
                    _undo.UndoCommand();
                    throw;
                }
            },
            timeout));

    private async Task<T> UnlessStoppedAsync<T>(string name, Func<StateMachineHost<CoordinatorEntry<TRecord>>, Task<T>> run)
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

    private async Task LoadNowAsync()
    {
        _runtime.Logger.Loading(TopicPartition, _leaderEpoch);
        var started = _loop.Time.GetTimestamp();
        try
        {
            var partition = await _runtime.Storage.OpenAsync(Partition, _unloading.Token);
            _partition = partition;
            // From before the load on: a commit that is reported while it runs must not be missed.
            partition.Subscribe(OnHighWatermarkAdvanced);
            var loader = new CoordinatorLoader<TRecord>(
                TopicPartition, partition, _runtime.Serde, _shard, _loop.Time, _runtime.Logger);
            var end = await _runtime.RunLoadAsync(partition, loader, _unloading.Token);
            await _loop.RunAsync(() => Activate(partition, end));
            var elapsed = (long)_loop.Time.GetElapsedTime(started).TotalMilliseconds;
            // A coordinator has fifty partitions: only those that hold something are worth a line.
            _runtime.Logger.Loaded(
                loader.Records > 0 ? LogLevel.Information : LogLevel.Debug, TopicPartition, _leaderEpoch, loader.Records, loader.Bytes,
                elapsed);
        }
        catch (Exception) when (_unloading.IsCancellationRequested)
        {
            // Another broker leads the partition by now.
        }
#pragma warning disable CA1031 // After any exception this partition cannot be served, the others can.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _loadFailed = true;
            _runtime.Logger.LoadFailed(TopicPartition, e);
            await _unloading.CancelAsync();
        }
    }

    private void Activate(ICoordinatorPartition partition, long end)
    {
        _unloading.Token.ThrowIfCancellationRequested();
        _log = new CoordinatorLog<TRecord>(_loop, partition, _runtime.Serde, Options, _undo, end, _runtime.Logger)
        {
            LeaderEpoch = Volatile.Read(ref _leaderEpoch),
            Written = AdvanceCommitted,
            Reverted = (offset, reason) => _host!.Revert(offset, reason),
            OutOfSync = Resynchronize,
        };
        var committed = Math.Min(partition.HighWatermark, end);
        var host = new StateMachineHost<CoordinatorEntry<TRecord>>(_loop, _log, new Replayer(_shard), committed, _runtime.Logger, end);
        _undo.StartRecording();
        _image = _runtime.Image;
        _shard.OnLoaded(_image);
        // A full fence: the thread that moves the high watermark writes it before it reads the host.
        Interlocked.Exchange(ref _host, host);
        AdvanceCommitted();
    }

    // A partition may be committed further than this shard has written: records of others complete none of its commands.
    private void AdvanceCommitted() =>
        _host?.OnCommitted(Math.Min(Math.Max(Volatile.Read(ref _highWatermark), _partition!.HighWatermark), _log!.WrittenOffset));

    private void OnHighWatermarkAdvanced(long highWatermark)
    {
        var seen = Volatile.Read(ref _highWatermark);
        while (highWatermark > seen)
        {
            var was = Interlocked.CompareExchange(ref _highWatermark, highWatermark, seen);
            if (was == seen)
                break;
            seen = was;
        }
        // On the loop this is the shard's own append, which reports the commit itself when the offset is known to be written.
        if (!_loop.IsOnLoop && Volatile.Read(ref _host) is not null)
            AdvanceCommitted();
    }

    private void Resynchronize(string reason)
    {
        _runtime.Logger.OutOfSync(TopicPartition, reason);
        _host!.Fail(ErrorCode.NotCoordinator, reason);
        _log!.Stop();
        _runtime.Reload(this);
    }

    private void Post(string name, Func<CommandResult<TRecord>> command) => _ = RunOwnAsync(name, command);

    private async Task RunOwnAsync(string name, Func<CommandResult<TRecord>> command)
    {
        try
        {
            // Without a deadline: a timer does not fire a second time.
            await WriteAsync(name, ProducerIdentity.None, null, _ => command().Respond(true), timeout: null);
        }
        catch (StateMachineException e) when (e.ErrorCode is ErrorCode.NotCoordinator or ErrorCode.CoordinatorLoadInProgress)
        {
            // The command ended together with its shard.
        }
#pragma warning disable CA1031 // The command has no caller.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _runtime.Logger.OwnCommandFailed(name, TopicPartition, e);
        }
    }

    /// <summary>Gives the entries of the log to the shard.</summary>
    private sealed class Replayer(TShard shard) : IReplayable<CoordinatorEntry<TRecord>>
    {
        public void Replay(long offset, CoordinatorEntry<TRecord> entry)
        {
            if (entry.End is { } end)
                shard.ReplayTransactionEnd(entry.Producer, end.Committed);
            else
                shard.Replay(offset, entry.Producer, entry.Record!);
        }
    }
}
