using System.Diagnostics.CodeAnalysis;
using KafkaSharp.Configuration;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.Checkpoints;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Scheduling;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Manager;

/// <summary>
/// All logs of a broker in its log directories (Kafka's <c>LogManager</c>): opens them at start, creates and deletes them, runs retention,
/// flushing and checkpoints, and takes a failed directory offline while the others continue. Thread-safe; finding a log takes no lock.
/// </summary>
public sealed class LogManager : IAsyncDisposable
{
    private const long CloseIdleFilesIntervalMs = 60_000;

    private readonly LogManagerOptions _options;
    private readonly IFileSystem _files;
    private readonly ILogger _logger;
    private readonly LogConfigs _configs;
    private readonly LogRegistry _registry;
    private readonly LogFactory _factory;
    private readonly LogCreation _creation;
    private readonly LogDeletions _deletions;
    private readonly LogFolders _folders;
    private readonly LogMoves _moves;
    private readonly List<PeriodicTask> _tasks = [];
    // Logs of partitions that have another one in another directory: one of the two is a stray, or a move was interrupted.
    private readonly List<PartitionLog> _duplicates = [];
    private readonly DiskThreads _threads;
    private readonly DiskThreads _flushThreads;

    // Creation, deletion and renaming exclude each other.
    private readonly Lock _changes = new();
    private bool _stopped;

    private LogManager(LogManagerOptions options)
    {
        _options = options;
        _files = options.FileSystem;
        _logger = options.LoggerFactory.CreateLogger<LogManager>();
        _threads = new DiskThreads("log disk work", options.BrokerConfig.Get(LogManagerConfigs.BackgroundThreads), _logger);
        _flushThreads = new DiskThreads("log flush", _threads.MaxThreads, _logger);
        Background = options.Background ?? _threads.Post;
        _registry = new LogRegistry(options, _logger);
        Cleaner = new LogCleaner(options, _registry, _logger);
        _configs = new LogConfigs(options.BrokerConfig, _logger, Cleaner.OnCompactedLog);
        _factory = new LogFactory(options, _configs, _registry, Background, options.Background ?? _flushThreads.Post);
        Maintenance = new LogMaintenance(_registry, _logger);
        _deletions = new LogDeletions(options.FileSystem, options.Time, Background, _logger, _registry.FailDirectoryOf);
        _folders = new LogFolders(options, _registry, _deletions, Background, _logger);
        _creation = new LogCreation(_registry, _factory, _folders, options.FileSystem, _logger);
        _moves = new LogMoves(options, _registry, _factory, _folders, _changes, Background, _logger);
    }

    public IReadOnlyList<LogDirectory> Directories => _registry.Directories;

    /// <summary>The directories that work.</summary>
    public IEnumerable<LogDirectory> LiveDirectories => _registry.LiveDirectories;

    /// <summary>All logs that can be used, at this moment.</summary>
    public IEnumerable<PartitionLog> Logs => _registry.Logs;

    /// <summary>The future replicas of logs that move to another directory, at this moment.</summary>
    public IEnumerable<PartitionLog> Futures => _registry.Futures;

    /// <summary>Asks the controller before a log changes its directory; null: it changes without.</summary>
    public IMoveApproval? MoveApproval
    {
        get => _moves.Approval;
        set => _moves.Approval = value;
    }

    /// <summary>replica.alter.log.dirs.io.max.bytes.per.second: how many bytes all moves together copy in a second.</summary>
    public long MoveBytesPerSecond
    {
        get => _moves.BytesPerSecond;
        set => _moves.BytesPerSecond = value;
    }

    /// <summary>Runs work that waits for the disk on the threads of the manager, until it is shut down.</summary>
    public Action<Action> Background { get; }

    /// <summary>The periodic work, which <see cref="StartTasks"/> schedules.</summary>
    internal LogMaintenance Maintenance { get; }

    /// <summary>The compaction, which <see cref="StartTasks"/> starts.</summary>
    internal LogCleaner Cleaner { get; }

    /// <summary>
    /// The broker epoch of the last clean shutdown (KIP-966); -1 unless all directories have the same one.
    /// </summary>
    public long PreviousBrokerEpoch =>
        Directories.Select(directory => directory.PreviousBrokerEpoch).Distinct().ToArray() is [var epoch] ? epoch : -1;

    /// <summary>
    /// Locks the directories and opens all logs in them, with recovery after a crash. A directory that fails is offline, and the others are
    /// opened. The background tasks begin with <see cref="StartTasks"/>.
    /// </summary>
    /// <exception cref="LogDirectoryLockedException">Another broker uses a directory.</exception>
    /// <exception cref="IOException">No directory works.</exception>
    public static LogManager Open(LogManagerOptions options)
    {
        var manager = new LogManager(options);
        try
        {
            manager.Load();
            return manager;
        }
        catch
        {
            manager.Abandon();
            throw;
        }
    }

    /// <summary>transaction.partition.verification.enable, as it is now.</summary>
    public bool IsTransactionVerificationEnabled => _configs.IsTransactionVerificationEnabled;

    /// <summary>The log of a partition; null when there is none or, see <see cref="IsOffline"/>, its directory has failed.</summary>
    public PartitionLog? Get(TopicPartition partition) => _registry.Find(partition);

    /// <summary>Whether the partition's log is in a directory that has failed: requests get KAFKA_STORAGE_ERROR.</summary>
    public bool IsOffline(TopicPartition partition) => _registry.IsOffline(partition);

    /// <summary>
    /// The log of a partition. When it is missing it is created, in the given directory or in the one with the fewest logs.
    /// </summary>
    /// <param name="partition">The partition.</param>
    /// <param name="topicId">The id of its topic; zero when it has none.</param>
    /// <param name="log">The log, when the result is none.</param>
    /// <param name="isNew">
    /// Whether the partition was just assigned to this broker, and so cannot have a log in a directory that is offline.
    /// </param>
    /// <param name="directoryId">The directory that the metadata assigns it to (KIP-858), or null.</param>
    /// <returns>
    /// KAFKA_STORAGE_ERROR when its directory or all are offline; INCONSISTENT_TOPIC_ID when the log is that of another topic of the same
    /// name.
    /// </returns>
    public ErrorCode GetOrCreate(
        TopicPartition partition, Uuid topicId, [NotNullWhen(true)] out PartitionLog? log, bool isNew = false, Uuid? directoryId = null)
    {
        if (_registry.Find(partition) is { } found && (topicId.IsZero || found.TopicId == topicId))
        {
            log = found;
            return ErrorCode.None;
        }
        lock (_changes)
        {
            log = _registry.Find(partition);
            if (_stopped || IsOffline(partition))
                return ErrorCode.KafkaStorageError;
            // The log may be in a directory that is offline. One without the id of its topic may be what a failed creation has left.
            if (!isNew && log?.TopicId is null && Directories.Any(directory => directory.IsOffline)
                && (log is null || (!topicId.IsZero && (directoryId is null || DirectoryOf(log).Id != directoryId))))
            {
                log = null;
                return ErrorCode.KafkaStorageError;
            }
            if (log is null)
            {
                _moves.Remove(partition, LogDirectoryKind.Stray);
                return _creation.Create(partition, topicId, directoryId, out log);
            }
            return topicId.IsZero || log.TopicId == topicId ? ErrorCode.None : AssignTopicId(topicId, log);
        }
    }

    /// <summary>
    /// Deletes logs. Each folder is renamed at once, so that the log stays deleted after a crash of the process; everything that waits for
    /// the disk is done in the background, once for all of them. The files are deleted after file.delete.delay.ms. Partitions without a log
    /// are ignored.
    /// </summary>
    public void Delete(params IEnumerable<TopicPartition> partitions) => Remove(partitions, LogDirectoryKind.Delete);

    /// <summary>
    /// Moves the log of a partition to another directory while it is served (AlterReplicaLogDirs, KIP-113): it is copied in the background
    /// and continues there when both are equal. A move to another directory is cancelled, also by the request for the directory where the
    /// log is. This call waits for the disk, but not for the copy.
    /// </summary>
    /// <returns>
    /// INVALID_TOPIC_EXCEPTION for a name that is too long for the folder; LOG_DIR_NOT_FOUND; KAFKA_STORAGE_ERROR when a directory has
    /// failed; INVALID_REPLICA_ASSIGNMENT when it is cordoned; REPLICA_NOT_AVAILABLE when there is no log: one that is created later is
    /// created in that directory.
    /// </returns>
    /// <param name="partition">The partition.</param>
    /// <param name="path">The directory, as log.dirs has it.</param>
    /// <param name="isUnavailable">Whether the broker knows that the log is in a directory that is not here.</param>
    public ErrorCode AlterDirectory(TopicPartition partition, string path, bool isUnavailable = false)
    {
        if (LogDirectoryName.IsTooLongForFuture(partition))
            return ErrorCode.InvalidTopicException;
        if (Directories.FirstOrDefault(directory => directory.Path == path) is not { } destination)
            return ErrorCode.LogDirNotFound;
        if (destination.IsOffline)
            return ErrorCode.KafkaStorageError;
        if (destination.IsCordoned)
            return ErrorCode.InvalidReplicaAssignment;
        if (IsOffline(partition) || isUnavailable)
            return ErrorCode.KafkaStorageError;
        LogMove? started;
        lock (_changes)
        {
            if (_stopped)
                return ErrorCode.KafkaStorageError;
            if (_registry.Find(partition) is not { } log)
            {
                _creation.Prefer(partition, destination);
                return ErrorCode.ReplicaNotAvailable;
            }
            var error = _moves.Start(log, destination, out started);
            if (error != ErrorCode.None)
                return error;
        }
        if (started is not null)
            _moves.Post(started);
        return ErrorCode.None;
    }

    /// <summary>Whether the log of a partition moves, or has moved, to a directory that the metadata assign it to.</summary>
    public bool IsMovingTo(TopicPartition partition, Uuid directoryId) => _moves.Find(partition)?.Destination.Id == directoryId;

    /// <summary>
    /// Renames logs that do not belong to this broker (their topic is deleted or created again, or the replica is elsewhere) to -stray, at
    /// start when the metadata is known. Their files are kept. Also decides what a stop in the middle of a move has left:
    /// <see cref="ContinueMoves"/> continues with the rest.
    /// </summary>
    /// <param name="isStray">Whether a log does not belong to this broker.</param>
    /// <param name="isAssigned">Whether the metadata assign a log to the directory where it is (KIP-858); null if they do not say.</param>
    /// <param name="isElsewhere">
    /// Whether the metadata assign a log to a directory that does not work or is not one of this broker; null if they do not say.
    /// </param>
    public IReadOnlyList<TopicPartition> SetStraysAside(
        Func<PartitionLog, bool> isStray, Func<PartitionLog, bool>? isAssigned = null, Func<PartitionLog, bool>? isElsewhere = null)
    {
        var strays = Logs.Where(isStray).Select(log => log.TopicPartition).ToArray();
        Remove(strays, LogDirectoryKind.Stray);
        lock (_changes)
        {
            var left = new InterruptedMoves(
                _options, _registry, _folders, _moves, Background, _logger, isStray, isAssigned ?? (_ => false),
                isElsewhere ?? (_ => false));
            left.CloseLeftUnderTheirOldNames();
            var duplicates = left.ResolveDuplicates(_duplicates, log => log.Config = _configs.Of(log.TopicPartition.Topic));
            _duplicates.Clear();
            left.ResolveFutures();
            return [.. strays, .. duplicates];
        }
    }

    /// <summary>Continues the moves whose future replicas were found at start, after <see cref="SetStraysAside"/>.</summary>
    public void ContinueMoves()
    {
        List<LogMove> continued = [];
        lock (_changes)
        {
            foreach (var future in Futures)
            {
                if (_moves.Find(future.TopicPartition) is null && _registry.Find(future.TopicPartition) is { } current)
                    continued.Add(_moves.Continue(current, future));
            }
        }
        continued.ForEach(_moves.Post);
    }

    /// <summary>Applies changed configs of topics, in one pass over the logs.</summary>
    public void UpdateTopicConfigs(IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> overridesByTopic)
    {
        foreach (var (topic, overrides) in overridesByTopic)
            _configs.SetTopic(topic, overrides);
        foreach (var log in Logs.Concat(Futures))
        {
            if (overridesByTopic.ContainsKey(log.TopicPartition.Topic))
                log.Config = _configs.Of(log.TopicPartition.Topic);
        }
    }

    /// <summary>Applies a changed configuration of the broker, which has the defaults of every topic.</summary>
    public void UpdateBrokerConfig(ConfigValues broker)
    {
        _configs.SetBroker(broker);
        _threads.MaxThreads = _flushThreads.MaxThreads = broker.Get(LogManagerConfigs.BackgroundThreads);
        Cleaner.Configure(broker);
        foreach (var log in Logs.Concat(Futures))
        {
            log.Config = _configs.Of(log.TopicPartition.Topic);
            log.Producers.Configure(_configs.ProducerIdExpirationMs, _configs.IsTransactionVerificationEnabled);
        }
    }

    /// <summary>Sets which directories are cordoned; false if they were already. New logs are placed in the others.</summary>
    public bool SetCordoned(Func<LogDirectory, bool> isCordoned)
    {
        var isChanged = false;
        foreach (var directory in Directories)
        {
            isChanged |= directory.IsCordoned != isCordoned(directory);
            directory.IsCordoned = isCordoned(directory);
        }
        return isChanged;
    }

    /// <summary>
    /// Takes a directory offline after an operation on it has failed: its logs are closed, requests for them get KAFKA_STORAGE_ERROR, and
    /// the other directories continue.
    /// </summary>
    public void Fail(LogDirectory directory, Exception cause) => _registry.Fail(directory, cause);

    /// <summary>Begins the background work: retention, flushing by time, checkpoints, expiry of producers, compaction.</summary>
    public void StartTasks()
    {
        var broker = _options.BrokerConfig;
        Every(broker.Get(LogManagerConfigs.RetentionCheckIntervalMs), Maintenance.DeleteOldSegments);
        Every(broker.Get(LogManagerConfigs.FlushSchedulerIntervalMs), Maintenance.FlushDirtyLogs);
        Every(broker.Get(LogManagerConfigs.FlushOffsetCheckpointIntervalMs), Maintenance.CheckpointRecoveryPoints);
        Every(broker.Get(LogManagerConfigs.FlushStartOffsetCheckpointIntervalMs), Maintenance.CheckpointLogStartOffsets);
        // As in Kafka, without the delay of the others: a crash soon after the start must not lose them.
        Every(broker.Get(LogManagerConfigs.HighWatermarkCheckpointIntervalMs), Maintenance.CheckpointHighWatermarks, initialDelayMs: 0);
        Every(broker.Get(LogManagerConfigs.ProducerIdExpirationCheckIntervalMs), Maintenance.RemoveExpiredProducers);
        Every(CloseIdleFilesIntervalMs, _files.CloseIdleFiles);
        Cleaner.Start();

        void Every(long intervalMs, Action action, long? initialDelayMs = null) => _tasks.Add(new PeriodicTask(
            _options.Time, initialDelayMs ?? broker.Get(LogManagerConfigs.InitialTaskDelayMs), intervalMs, Background, action,
            e => _logger.MaintenanceFailed(e)));
    }

    /// <summary>
    /// Shuts down cleanly: flushes everything, takes producer snapshots, saves offsets, and marks each directory so that the next start
    /// recovers nothing. Afterwards requests get KAFKA_STORAGE_ERROR.
    /// </summary>
    /// <param name="brokerEpoch">The broker's epoch for .kafka_cleanshutdown; -1 when it has none.</param>
    public async Task ShutdownAsync(long brokerEpoch = CleanShutdownFile.UnknownBrokerEpoch)
    {
        lock (_changes)
        {
            if (_stopped)
                return;
            _stopped = true;
        }
        foreach (var task in _tasks)
            await task.DisposeAsync();
        Cleaner.Dispose();
        _moves.Dispose();
        _deletions.Dispose();
        _threads.Dispose();
        _flushThreads.Dispose();
        var threads = _options.BrokerConfig.Get(LogManagerConfigs.RecoveryThreadsPerDataDir);
        foreach (var directory in LiveDirectories.ToArray())
            Close(directory, threads, brokerEpoch);
        _registry.Clear();
    }

    /// <inheritdoc cref="ShutdownAsync"/>
    public async ValueTask DisposeAsync() => await ShutdownAsync();

    /// <summary>The logs of one directory, at this moment.</summary>
    public IReadOnlyList<PartitionLog> LogsIn(LogDirectory directory) => _registry.LogsIn(directory);

    /// <summary>The directory that contains a log.</summary>
    public LogDirectory DirectoryOf(PartitionLog log) => _registry.DirectoryOf(log.Directory);

    /// <summary>Closes everything as a crash would: nothing is flushed or saved.</summary>
    internal void Abandon()
    {
        foreach (var task in _tasks)
            task.Stop();
        Cleaner.Dispose();
        _moves.Dispose();
        _deletions.Dispose();
        foreach (var log in Logs.Concat(Futures))
            log.CloseAbruptly();
        _threads.Abandon();
        _flushThreads.Abandon();
        _registry.Clear();
        foreach (var directory in Directories)
            directory.Release();
    }

    private void Load()
    {
        var loaded = new LoadedDirectory?[Directories.Count];
        try
        {
            var threads = _options.Background is null ? loaded.Length : 1;
            Bounded.Run([.. Enumerable.Range(0, loaded.Length)], threads, i => _registry.TryRun(Directories[i], () =>
                loaded[i] = new LogDirectoryLoader(_options, Directories[i], _factory, _logger).Load()));
            if (!LiveDirectories.Any())
                throw new IOException(
                    $"None of the log directories can be used: {string.Join(", ", _options.Directories)}. " +
                    "The log names the cause of each.");
            Register([.. loaded.OfType<LoadedDirectory>()]);
        }
        catch
        {
            foreach (var log in loaded.OfType<LoadedDirectory>().SelectMany(found => found.Opened))
                log.CloseAbruptly();
            throw;
        }
    }

    private void Register(IReadOnlyList<LoadedDirectory> loaded)
    {
        foreach (var found in loaded)
        {
            foreach (var log in found.Logs)
            {
                // The topic was deleted and created again, or a move was interrupted when its log had changed its directory, and the power
                // has failed, or the directory of one of them.
                if (!_registry.TryAdd(log, found.Directory))
                    _duplicates.Add(log);
            }
            foreach (var future in found.Futures)
            {
                if (!_registry.TryAddFuture(future, found.Directory))
                    _folders.SetAside(future, found.Directory, LogDirectoryKind.Stray);
            }
            foreach (var path in found.Deleted)
                _deletions.Schedule(path, null, _configs.Broker.FileDeleteDelayMs);
            if (found.HasStaleOffsets)
                _registry.SaveLoweredOffsets(found.Directory, Checkpoints.All);
        }
        // After the others: one that a log has left is the log only if there is no better one.
        _duplicates.AddRange(loaded.SelectMany(found => found.Left));
        foreach (var future in Futures)
            _registry.Find(future.TopicPartition)?.Cleaning.Pause();
    }

    private ErrorCode AssignTopicId(Uuid topicId, PartitionLog log)
    {
        var error = ErrorCode.KafkaStorageError;
        _registry.TryRunUnlessFull(DirectoryOf(log), () => error = log.AssignTopicId(topicId));
        return error;
    }

    private void Remove(IEnumerable<TopicPartition> partitions, LogDirectoryKind kind)
    {
        lock (_changes)
        {
            if (_stopped)
                return;
            var touched = new HashSet<LogDirectory>();
            foreach (var partition in partitions)
            {
                _moves.Remove(partition, kind);
                if (_registry.Remove(partition) is not { } log)
                    continue;
                var directory = DirectoryOf(log);
                touched.Add(directory);
                _folders.SetAside(log, directory, kind);
            }
            foreach (var directory in touched)
                Background(() => _folders.SaveRemovals(directory));
        }
    }

    private void Close(LogDirectory directory, int threads, long brokerEpoch) => _registry.TryRun(directory, () =>
    {
        var logs = _registry.HeldIn(directory);
        Bounded.Run(logs, threads, log => log.FlushForStop());
        directory.WriteCheckpoints(() => logs);
        Bounded.Run(logs, threads, log => log.Dispose());
        CleanShutdownFile.Write(_files, directory.Path, brokerEpoch);
        directory.Release();
    });
}
