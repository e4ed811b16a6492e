using System.Collections.Concurrent;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Moving;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Manager;

/// <summary>
/// Moves logs between log directories (Kafka's <c>ReplicaAlterLogDirsManager</c>): each is copied to a future replica, on threads for it,
/// and continues there when both are equal. Methods that start or end a move are called under the manager's lock.
/// </summary>
internal sealed class LogMoves : IDisposable
{
    // What may be copied while appends wait.
    private const int LargestRest = 1024 * 1024;
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_retryWhenFull = TimeSpan.FromSeconds(1);

    private readonly LogManagerOptions _options;
    private readonly LogRegistry _registry;
    private readonly LogFactory _factory;
    private readonly LogFolders _folders;
    private readonly Lock _changes;
    private readonly Action<Action> _background;
    private readonly ILogger _logger;
    private readonly DiskThreads _threads;
    private readonly Action<Action> _post;
    private readonly MoveThrottle _throttle;
    private readonly ConcurrentDictionary<TopicPartition, LogMove> _moves;
    // The old folders of each log, in the order in which it has left them.
    private readonly Dictionary<TopicPartition, List<LeftLog>> _left = [];
    private volatile bool _isStopping;

    public LogMoves(
        LogManagerOptions options, LogRegistry registry, LogFactory factory, LogFolders folders, Lock changes, Action<Action> background,
        ILogger logger)
    {
        (_options, _registry, _factory, _folders, _changes) = (options, registry, factory, folders, changes);
        (_background, _logger) = (background, logger);
        _moves = new ConcurrentDictionary<TopicPartition, LogMove>(options.PartitionComparer);
        var threads = options.BrokerConfig.Get(LogManagerConfigs.AlterLogDirsThreads) ?? registry.Directories.Length;
        _threads = new DiskThreads("log moves", Math.Max(1, threads), logger);
        _post = options.Background ?? _threads.Post;
        _throttle = new MoveThrottle(options.Time);
        registry.DirectoryFailed = OnDirectoryFailed;
    }

    /// <summary>Asks before a log changes its directory; null: it is not asked for.</summary>
    public IMoveApproval? Approval { get; set; }

    /// <summary>replica.alter.log.dirs.io.max.bytes.per.second.</summary>
    public long BytesPerSecond
    {
        get => _throttle.BytesPerSecond;
        set
        {
            if (value == _throttle.BytesPerSecond)
                return;
            _throttle.BytesPerSecond = value;
            foreach (var move in _moves.Values)
                Post(move);
        }
    }

    /// <summary>The move of a partition; null when there is none.</summary>
    public LogMove? Find(TopicPartition partition) => _moves.GetValueOrDefault(partition);

    /// <summary>Begins to move a log, unless it moves there already; another move of it is cancelled.</summary>
    /// <returns>KAFKA_STORAGE_ERROR when a directory has failed: the log could be there already.</returns>
    public ErrorCode Start(PartitionLog current, LogDirectory destination, out LogMove? started)
    {
        started = null;
        var partition = current.TopicPartition;
        if (_moves.TryGetValue(partition, out var known))
        {
            if (known.Destination == destination)
                return ErrorCode.None;
            // One that is finishing is done for all but its old folder.
            if (known.State != MoveState.Finishing)
                Cancel(known);
        }
        var source = _registry.DirectoryOf(current.Directory);
        if (source == destination)
            return ErrorCode.None;
        if (_registry.Directories.Any(directory => directory.IsOffline))
            return ErrorCode.KafkaStorageError;
        // One that was found at start and not continued.
        SetFutureAside(partition, LogDirectoryKind.Delete);
        PartitionLog? future = null;
        if (!_registry.TryRunUnlessFull(destination, () => future = Create(current, destination)) || future is null)
            return ErrorCode.KafkaStorageError;
        started = Begin(current, future, source, destination);
        return ErrorCode.None;
    }

    /// <summary>Continues a move whose future replica was found at start.</summary>
    public LogMove Continue(PartitionLog current, PartitionLog future) => Begin(
        current, future, _registry.DirectoryOf(current.Directory), _registry.DirectoryOf(future.Directory));

    /// <summary>Runs a move that was begun, on the threads for it.</summary>
    public void Post(LogMove move)
    {
        if (!_isStopping)
            _post(() => Run(move));
    }

    /// <summary>The log of a partition was removed, or will be created: nothing of a move may be left.</summary>
    public void Remove(TopicPartition partition, LogDirectoryKind kind)
    {
        if (_moves.TryGetValue(partition, out var move))
            End(move, withdraws: false);
        SetFutureAside(partition, kind);
        foreach (var directory in SetLeftAside(partition, LogDirectoryKind.Delete))
            _background(() => _folders.SaveRemovals(directory));
    }

    /// <summary>Ends what is copied at the moment after its next piece. Moves go on after the next start.</summary>
    public void Dispose()
    {
        _isStopping = true;
        foreach (var move in _moves.Values)
            move.End();
        _threads.Dispose();
        // Of moves that wait for space. The next start finds both folders, and takes the one that ends later.
        foreach (var left in _left.Values.SelectMany(left => left))
            left.Folder.Close();
    }

    private PartitionLog Create(PartitionLog current, LogDirectory destination)
    {
        var partition = current.TopicPartition;
        if (destination.MayHaveOffsetsOf(partition))
            destination.WriteCheckpoints(() => _registry.HeldIn(destination));
        string name;
        lock (_options.Random)
            name = LogDirectoryName.Create(partition, LogDirectoryKind.Future, _options.Random);
        var folder = Path.Combine(destination.Path, name);
        PartitionLog? future = null;
        try
        {
            future = _factory.Create(partition, folder);
            if (current.TopicId is { } topicId)
                future.AssignTopicId(topicId);
        }
        catch
        {
            future?.CloseAbruptly();
            _folders.DeleteRest(folder);
            throw;
        }
        _registry.TryAddFuture(future, destination);
        return future;
    }

    private LogMove Begin(PartitionLog current, PartitionLog future, LogDirectory source, LogDirectory destination)
    {
        var earlier = _left.TryGetValue(current.TopicPartition, out var left) ? left[^1].Move : null;
        var move = new LogMove(current, future, source, destination, Post, earlier);
        // Added before the pause, so that the end of another move does not end the pause.
        _moves[move.TopicPartition] = move;
        current.Cleaning.Pause();
        // The directory may have failed in the meantime.
        if (source.IsOffline || destination.IsOffline)
            End(move, withdraws: true);
        else
            _logger.MoveStarted(move.TopicPartition, source.Path, destination.Path, future.Directory);
        return move;
    }

    private void Run(LogMove move) => move.RunExclusively(RunOnce);

    private void RunOnce(LogMove move)
    {
        try
        {
            if (move.State == MoveState.Finishing)
            {
                Finish(move);
                return;
            }
            while (move.IsActive && !_isStopping)
            {
                if (_throttle.Delay is var delay && delay > TimeSpan.Zero)
                {
                    move.RunAfter(delay, _options.Time);
                    return;
                }
                var copied = move.Copy.CopyNext(_throttle.PieceBytes);
                if (copied > 0)
                    _throttle.Count(copied);
                else if (!IsApproved(move) || TryComplete(move))
                    return;
            }
        }
#pragma warning disable CA1031 // A fault in one move must not stop the others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            OnFailed(move, e);
        }
    }

    /// <summary>Whether the log may change its directory; if not, the approval runs the move again.</summary>
    private bool IsApproved(LogMove move)
    {
        if (Approval is null)
            move.TryChange(MoveState.Copying, MoveState.Approved);
        else if (move.TryChange(MoveState.Copying, MoveState.Asking))
            Approval.Request(move);
        return move.State == MoveState.Approved;
    }

    /// <summary>
    /// Lets the log continue in the other directory. False if it has grown too much in the meantime, so that more is to be copied.
    /// </summary>
    private bool TryComplete(LogMove move)
    {
        // Most of it becomes durable while the log goes on where it is.
        move.Future.Flush();
        lock (_changes)
        {
            if (!move.IsActive || _isStopping)
                return true;
            if (!_left.TryGetValue(move.TopicPartition, out var leftBefore))
                leftBefore = [];
            var folder = Path.Combine(move.Destination.Path, move.TopicPartition.ToString());
            if (leftBefore.Any(left => left.Folder.Path == folder))
            {
                // What an earlier move has left, which has no space for another name.
                move.RunAfter(s_retry, _options.Time);
                return true;
            }
            if (_options.FileSystem.DirectoryExists(folder))
                throw new InvalidOperationException($"{folder} is not a log of this broker, and stands in the way: rename it");
            var delay = move.Current.Config.FileDeleteDelayMs;
            if (TryChange(move, folder) is not { } left)
                return false;
            _registry.OnMoved(move.TopicPartition, move.Source, left);
            _folders.Mark(left, move.TopicPartition, move.Source);
            // What is not finished of an earlier move waits for the directory that the log has left now.
            foreach (var earlier in leftBefore)
                earlier.Move.End();
            _left[move.TopicPartition] = [.. leftBefore, new LeftLog(move, left, move.Source, delay)];
        }
        Finish(move);
        return true;
    }

    /// <summary>Lets the log continue in the folder of the future replica. If it does not, the move is only approved, as before.</summary>
    private static LeftFolder? TryChange(LogMove move, string folder)
    {
        LeftFolder? left = null;
        try
        {
            left = move.Current.Moving.TryContinueWith(move.Future, folder, () => CopyRest(move));
            return left;
        }
        finally
        {
            if (left is null)
                move.TryChange(MoveState.Finishing, MoveState.Approved);
        }
    }

    /// <summary>Copies what is missing while appends wait, if that is little; false if it is not, or the move has ended.</summary>
    private static bool CopyRest(LogMove move)
    {
        for (var left = LargestRest; left > 0;)
        {
            var copied = move.Copy.CopyNext(left);
            if (copied == 0)
                return move.TryChange(MoveState.Approved, MoveState.Finishing);
            left -= copied;
        }
        return false;
    }

    /// <summary>
    /// The log is served from its new directory. When all of it is durable there, the folder in the old one goes; while there is no space
    /// for that, it stays. If that fails, the new directory is offline and the old folder is kept, but not served: it lacks what was
    /// appended since.
    /// </summary>
    private void Finish(LogMove move)
    {
        var (partition, destination) = (move.TopicPartition, move.Destination);
        var isDurable = !destination.IsOffline && _registry.TryRunUnlessFull(destination, () =>
        {
            move.Current.Flush();
            move.Current.FlushLeaderEpochs();
            _options.FileSystem.FlushDirectory(destination.Path);
            destination.WriteCheckpoints(() => _registry.HeldIn(destination));
        });
        if (!isDurable && !destination.IsOffline)
        {
            move.RunAfter(s_retryWhenFull, _options.Time);
            return;
        }
        // A log that its disk has closed has not flushed all, and its directory goes offline at once.
        isDurable &= !destination.IsOffline && !move.Current.Cleaning.IsClosed;
        LogDirectory[] sources;
        lock (_changes)
        {
            // Another move has continued it, or the topic was deleted.
            if (!move.IsActive)
                return;
            sources = SetLeftAside(partition, isDurable ? LogDirectoryKind.Delete : LogDirectoryKind.Stray);
            End(move, withdraws: false);
        }
        foreach (var source in sources)
            _folders.SaveRemovals(source);
        if (isDurable)
            _logger.MoveCompleted(partition, move.Source.Path, destination.Path);
    }

    private void OnFailed(LogMove move, Exception exception)
    {
        // After the end of a move its logs may be closed.
        if (!move.IsActive)
            return;
        if (exception is IOException fault)
            _registry.FailUnlessFull(move.Destination, fault);
        lock (_changes)
        {
            if (!move.IsActive)
                return;
            _logger.MoveFailed(move.TopicPartition, move.Source.Path, move.Destination.Path, exception);
            End(move, withdraws: true);
            SetFutureAside(move.TopicPartition, LogDirectoryKind.Delete);
        }
    }

    private void Cancel(LogMove move)
    {
        End(move, withdraws: true);
        SetFutureAside(move.TopicPartition, LogDirectoryKind.Delete);
        _logger.MoveCancelled(move.TopicPartition, move.Source.Path, move.Destination.Path);
    }

    private void SetFutureAside(TopicPartition partition, LogDirectoryKind kind)
    {
        if (_registry.RemoveFuture(partition) is not { } future)
            return;
        var directory = _registry.DirectoryOf(future.Directory);
        _folders.SetAside(future, directory, kind);
        _background(() => _folders.SaveRemovals(directory));
    }

    /// <summary>Sets the old folders of a log aside; their directories.</summary>
    private LogDirectory[] SetLeftAside(TopicPartition partition, LogDirectoryKind kind)
    {
        if (!_left.Remove(partition, out var all))
            return [];
        foreach (var left in all)
            _folders.SetAside(left.Folder, partition, left.Directory, kind, left.DeleteDelayMs);
        return [.. all.Select(left => left.Directory)];
    }

    // Not under the manager's lock: a directory fails on any thread. The future replica there was closed; in the other directory it stays
    // for the next start.
    private void OnDirectoryFailed(LogDirectory directory)
    {
        foreach (var move in _moves.Values)
        {
            if (move.Source != directory && move.Destination != directory)
                continue;
            // The log has changed its directory, and its old folders are not to be served by the next start.
            if (move.State == MoveState.Finishing)
            {
                Post(move);
                continue;
            }
            End(move, withdraws: true);
            if (move.Earlier is { State: MoveState.Finishing } earlier)
                Post(earlier);
        }
    }

    private void End(LogMove move, bool withdraws)
    {
        var before = move.End();
        _moves.TryRemove(KeyValuePair.Create(move.TopicPartition, move));
        if (before == MoveState.Ended)
            return;
        // An earlier one, which the move has not continued, goes on.
        if (move.Earlier is { } earlier && _moves.TryAdd(move.TopicPartition, earlier) && !earlier.IsActive)
            _moves.TryRemove(KeyValuePair.Create(move.TopicPartition, earlier));
        if (!_moves.ContainsKey(move.TopicPartition))
            move.Current.Cleaning.Resume();
        if (withdraws && before is MoveState.Asking or MoveState.Approved)
            Approval?.Withdraw(move);
    }

    private sealed record LeftLog(LogMove Move, LeftFolder Folder, LogDirectory Directory, long DeleteDelayMs);
}
