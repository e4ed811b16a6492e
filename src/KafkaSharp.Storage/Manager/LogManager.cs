using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using KafkaSharp.Configuration;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.Checkpoints;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Manager;

/// <summary>
/// All logs of a broker over its log directories (Kafka's <c>LogManager</c>): opens them at start, creates and deletes them, runs retention, flushing and
/// checkpoints, and takes a directory that fails offline while the others serve. Safe for use from any thread; finding a log takes no lock.
/// </summary>
public sealed class LogManager : IAsyncDisposable
{
    private const long ReleaseMappingsIntervalMs = 60_000;

    private readonly LogManagerOptions _options;
    private readonly IFileSystem _files;
    private readonly ILogger _logger;
    private readonly LogConfigs _configs;
    private readonly LogDeletions _deletions;
    private readonly ConcurrentDictionary<TopicPartition, PartitionLog> _logs = new();
    private readonly ConcurrentDictionary<TopicPartition, LogDirectory> _offline = new();
    private readonly LogDirectory[] _directories;
    private readonly List<PeriodicTask> _tasks = [];
    private readonly Random _random;

    // Creation, deletion and renaming exclude each other.
    private readonly Lock _changes = new();
    private bool _stopped;
    private bool _compactionIsWarnedOf;

    private LogManager(LogManagerOptions options)
    {
        _options = options;
        _files = options.FileSystem;
        _logger = options.LoggerFactory.CreateLogger<LogManager>();
        _random = options.Random;
        _configs = new LogConfigs(options.BrokerConfig, _logger);
        _deletions = new LogDeletions(options.FileSystem, options.Time, _logger, OnDeletionFailed);
        _directories = [.. options.Directories.Select(path => new LogDirectory(_files, path))];
    }

    public IReadOnlyList<LogDirectory> Directories => _directories;

    /// <summary>The directories that work.</summary>
    public IEnumerable<LogDirectory> LiveDirectories => _directories.Where(directory => !directory.IsOffline);

    /// <summary>All logs that can be used; a moment's picture.</summary>
    public IEnumerable<PartitionLog> Logs => _logs.Values;

    /// <summary>
    /// The broker epoch before, as ElectLeaders needs it (KIP-966): -1 unless every directory was left in order by the same one.
    /// </summary>
    public long PreviousBrokerEpoch =>
        _directories.Select(directory => directory.PreviousBrokerEpoch).Distinct().ToArray() is [var epoch] ? epoch : -1;

    /// <summary>
    /// Takes the directories and opens all logs in them; those that a crash left behind are recovered. A directory that does not work is offline, and the
    /// others are opened. The background tasks begin with <see cref="StartTasks"/>.
    /// </summary>
    /// <exception cref="LogDirectoryLockedException">Another broker runs on a directory.</exception>
    /// <exception cref="IOException">No directory works, or two hold the same partition.</exception>
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

    /// <summary>The log of a partition, or null: <see cref="IsOffline"/> tells whether it is absent or lies in a broken directory.</summary>
    public PartitionLog? Get(TopicPartition partition) => _logs.GetValueOrDefault(partition);

    /// <summary>Whether the partition's log is in a directory that has failed: the answer is KAFKA_STORAGE_ERROR.</summary>
    public bool IsOffline(TopicPartition partition) => _offline.ContainsKey(partition);

    /// <summary>
    /// The log of a partition, created where it is missing, in the directory with the fewest logs or the one asked for.
    /// </summary>
    /// <param name="partition">The partition.</param>
    /// <param name="topicId">The id of its topic; zero where it has none.</param>
    /// <param name="log">The log, where the answer is none.</param>
    /// <param name="isNew">Whether the partition was just assigned here, and so has no log in a directory that is offline.</param>
    /// <param name="directoryId">The directory that the metadata assigns it to (KIP-858), or null.</param>
    /// <returns>
    /// KAFKA_STORAGE_ERROR where its directory or all are offline; INCONSISTENT_TOPIC_ID where the log is that of another topic of the same name.
    /// </returns>
    public ErrorCode GetOrCreate(
        TopicPartition partition, Uuid topicId, [NotNullWhen(true)] out PartitionLog? log, bool isNew = false, Uuid? directoryId = null)
    {
        if (_logs.TryGetValue(partition, out log) && (topicId.IsZero || log.TopicId == topicId))
            return ErrorCode.None;
        lock (_changes)
        {
            if (_stopped || IsOffline(partition) || (!isNew && !_logs.ContainsKey(partition) && _directories.Any(directory => directory.IsOffline)))
                return ErrorCode.KafkaStorageError;
            if (!_logs.TryGetValue(partition, out log))
                return Create(partition, topicId, directoryId, out log);
            return topicId.IsZero || log.TopicId == topicId ? ErrorCode.None : AssignTopicId(topicId, log);
        }
    }

    /// <summary>
    /// Deletes logs: each folder is renamed at once and so gone after any crash; its files go after file.delete.delay.ms. Partitions without a
    /// log are passed over.
    /// </summary>
    public void Delete(params IEnumerable<TopicPartition> partitions) => Remove(partitions, LogDirectoryKind.Delete);

    /// <summary>
    /// At start, once the metadata is known: renames logs that do not belong here (their topic is gone or made anew, or the replica is elsewhere) to -stray.
    /// Their files are kept.
    /// </summary>
    public IReadOnlyList<TopicPartition> SetStraysAside(Func<PartitionLog, bool> isStray)
    {
        var strays = _logs.Values.Where(isStray).Select(log => log.TopicPartition).ToArray();
        Remove(strays, LogDirectoryKind.Stray);
        return strays;
    }

    /// <summary>A topic's own configs have changed.</summary>
    public void UpdateTopicConfig(string topic, IReadOnlyDictionary<string, string> overrides)
    {
        _configs.SetTopic(topic, overrides);
        foreach (var log in _logs.Values)
        {
            if (log.TopicPartition.Topic == topic)
                SetConfig(log);
        }
    }

    /// <summary>The broker's own configuration has changed, and with it the defaults of every topic.</summary>
    public void UpdateBrokerConfig(ConfigValues broker)
    {
        _configs.SetBroker(broker);
        var expirationMs = broker.Get(LogManagerConfigs.ProducerIdExpirationMs);
        foreach (var log in _logs.Values)
        {
            SetConfig(log);
            log.InspectProducers(producers => producers.ExpirationMs = expirationMs);
        }
    }

    /// <summary>
    /// An operation on a directory has failed: it goes offline, its logs are closed and answer KAFKA_STORAGE_ERROR, and the others serve on.
    /// </summary>
    public void Fail(LogDirectory directory, Exception cause)
    {
        var first = directory.GoOffline();
        List<TopicPartition> partitions = [];
        foreach (var log in LogsIn(directory))
        {
            _offline[log.TopicPartition] = directory;
            _logs.TryRemove(log.TopicPartition, out _);
            partitions.Add(log.TopicPartition);
            log.CloseAbruptly();
        }
        if (!first)
            return;
        var noneLeft = !LiveDirectories.Any();
        _logger.LogDirectoryFailed(directory.Path, partitions.Count, cause);
        _options.DirectoryFailed?.Invoke(new LogDirectoryFailure(directory, partitions, cause, noneLeft));
    }

    /// <summary>Begins the background work: retention, flushing by time, checkpoints, expiry of producers.</summary>
    public void StartTasks()
    {
        var broker = _options.BrokerConfig;
        var maintenance = new LogMaintenance(this, _options.Time, _logger);
        Every(broker.Get(LogManagerConfigs.RetentionCheckIntervalMs), maintenance.DeleteOldSegments);
        Every(broker.Get(LogManagerConfigs.FlushSchedulerIntervalMs), maintenance.FlushDirtyLogs);
        Every(broker.Get(LogManagerConfigs.FlushOffsetCheckpointIntervalMs), maintenance.CheckpointRecoveryPoints);
        Every(broker.Get(LogManagerConfigs.FlushStartOffsetCheckpointIntervalMs), maintenance.CheckpointLogStartOffsets);
        Every(broker.Get(LogManagerConfigs.ProducerIdExpirationCheckIntervalMs), maintenance.RemoveExpiredProducers);
        Every(ReleaseMappingsIntervalMs, maintenance.ReleaseIdleMappings);

        void Every(long intervalMs, Action action) => _tasks.Add(new PeriodicTask(
            _options.Time, broker.Get(LogManagerConfigs.InitialTaskDelayMs), intervalMs, action, e => _logger.MaintenanceFailed(e)));
    }

    /// <summary>
    /// Stops in order: everything is flushed, producers are snapshotted, offsets are saved, and each directory is marked so that the next start has
    /// nothing to recover. The manager answers KAFKA_STORAGE_ERROR from now on.
    /// </summary>
    /// <param name="brokerEpoch">The broker's epoch, for the mark; -1 where it has none.</param>
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
        _deletions.Dispose();
        var threads = _options.BrokerConfig.Get(LogManagerConfigs.RecoveryThreadsPerDataDir);
        foreach (var directory in LiveDirectories.ToArray())
            Close(directory, threads, brokerEpoch);
        _logs.Clear();
    }

    /// <inheritdoc cref="ShutdownAsync"/>
    public async ValueTask DisposeAsync() => await ShutdownAsync();

    /// <summary>The logs of one directory; a moment's picture.</summary>
    public IReadOnlyList<PartitionLog> LogsIn(LogDirectory directory) => [.. _logs.Values.Where(log => DirectoryOf(log) == directory)];

    /// <summary>The directory that a log lies in.</summary>
    public LogDirectory DirectoryOf(PartitionLog log) => DirectoryOf(log.Directory);

    /// <summary>Runs an operation on a log of a directory; if it meets an I/O failure the directory goes offline. False then.</summary>
    internal bool TryRun(LogDirectory directory, Action operation)
    {
        try
        {
            operation();
            return true;
        }
        catch (Exception e) when (IsFailure(e))
        {
            Fail(directory, e);
            return false;
        }
    }

    /// <summary>Gives everything up as a crash would: nothing is flushed or saved.</summary>
    internal void Abandon()
    {
        foreach (var task in _tasks)
            task.Stop();
        _deletions.Dispose();
        foreach (var log in _logs.Values)
            log.CloseAbruptly();
        _logs.Clear();
        foreach (var directory in _directories)
            directory.Release();
    }

    private static bool IsFailure(Exception e) => e is IOException or UnauthorizedAccessException;

    private void Load()
    {
        var loaded = new LoadedDirectory?[_directories.Length];
        try
        {
            Bounded.Run([.. Enumerable.Range(0, _directories.Length)], _directories.Length, i => TryRun(_directories[i], () =>
                loaded[i] = new LogDirectoryLoader(_options, _directories[i], _configs, NextRandom(), OnStorageFailed, OnRecoveryPointLowered, _logger).Load()));
            if (!LiveDirectories.Any())
                throw new IOException($"None of the data directories works: {string.Join(", ", _options.Directories)}");
            TakeOver([.. loaded.OfType<LoadedDirectory>()]);
        }
        catch
        {
            foreach (var log in loaded.SelectMany(found => found?.Logs ?? []))
                log.CloseAbruptly();
            throw;
        }
    }

    private void TakeOver(IReadOnlyList<LoadedDirectory> loaded)
    {
        foreach (var found in loaded)
        {
            foreach (var log in found.Logs)
            {
                if (!_logs.TryAdd(log.TopicPartition, log))
                    throw new IOException(
                        $"The partition {log.TopicPartition} has a log in two directories, {_logs[log.TopicPartition].Directory} and "
                        + $"{log.Directory}. A directory may have failed while a replica moved between them: delete one of the two.");
                found.Directory.CountLogs(1);
            }
            foreach (var path in found.Deleted)
                _deletions.Schedule(path, null, _configs.Broker.FileDeleteDelayMs);
            if (found.HasStaleOffsets)
                TryRun(found.Directory, () => found.Directory.WriteCheckpoints(LogsIn(found.Directory)));
        }
        foreach (var log in _logs.Values)
            WarnOfCompaction(log);
    }

    private void SetConfig(PartitionLog log)
    {
        log.Config = _configs.Of(log.TopicPartition.Topic);
        WarnOfCompaction(log);
    }

    private void WarnOfCompaction(PartitionLog log)
    {
        if (log.Config.IsCompact && !Interlocked.Exchange(ref _compactionIsWarnedOf, true))
            _logger.CompactionIsInactive();
    }

    private ErrorCode Create(TopicPartition partition, Uuid topicId, Uuid? directoryId, out PartitionLog? log)
    {
        foreach (var directory in Candidates(directoryId))
        {
            var path = Path.Combine(directory.Path, partition.ToString());
            PartitionLog? created = null;
            var error = ErrorCode.None;
            if (!TryRun(directory, () => error = Create(partition, topicId, directory, path, out created)))
                continue;
            log = created;
            return error;
        }
        log = null;
        return ErrorCode.KafkaStorageError;
    }

    private ErrorCode Create(TopicPartition partition, Uuid topicId, LogDirectory directory, string path, out PartitionLog? log)
    {
        log = null;
        var opened = PartitionLog.Open(_configs.LogOptions(_options, partition, path) with
        {
            Random = NextRandom(), HadCleanShutdown = true, StorageFailed = OnStorageFailed, RecoveryPointLowered = OnRecoveryPointLowered,
        });
        try
        {
            if (!topicId.IsZero && opened.AssignTopicId(topicId) is not ErrorCode.None and var error)
            {
                opened.Dispose();
                return error;
            }
            _files.FlushDirectory(directory.Path);
        }
        catch
        {
            opened.CloseAbruptly();
            throw;
        }
        log = opened;
        _logs[partition] = log;
        directory.CountLogs(1);
        if (directory.IsOffline)
            throw new IOException($"The directory {directory.Path} went offline while a log was created in it");
        _logger.LogCreated(partition, path);
        WarnOfCompaction(log);
        return ErrorCode.None;
    }

    private IEnumerable<LogDirectory> Candidates(Uuid? directoryId)
    {
        var live = LiveDirectories.ToArray();
        if (directoryId is { } id && _directories.FirstOrDefault(directory => directory.Id == id) is { } assigned)
            return live.Contains(assigned) ? [assigned] : [];
        return live.OrderBy(directory => directory.LogCount);
    }

    private ErrorCode AssignTopicId(Uuid topicId, PartitionLog log)
    {
        var error = ErrorCode.KafkaStorageError;
        TryRun(DirectoryOf(log), () => error = log.AssignTopicId(topicId));
        return error;
    }

    private void Remove(IEnumerable<TopicPartition> partitions, LogDirectoryKind kind)
    {
        lock (_changes)
        {
            var touched = new HashSet<LogDirectory>();
            foreach (var partition in partitions)
            {
                _offline.TryRemove(partition, out _);
                if (!_stopped && _logs.TryRemove(partition, out var log))
                    TryRun(DirectoryOf(log), () => Remove(log, kind, touched));
            }
            // A partition of the same name may come back: it must not find the offsets of this one.
            foreach (var directory in touched)
                TryRun(directory, () => directory.WriteCheckpoints(LogsIn(directory)));
        }
    }

    private void Remove(PartitionLog log, LogDirectoryKind kind, HashSet<LogDirectory> touched)
    {
        var directory = DirectoryOf(log);
        directory.CountLogs(-1);
        touched.Add(directory);
        var path = Path.Combine(directory.Path, LogDirectoryName.Create(log.TopicPartition, kind, _random));
        log.RenameDirectory(path);
        _files.FlushDirectory(directory.Path);
        _logger.LogSetAside(log.TopicPartition, path);
        if (kind == LogDirectoryKind.Delete)
            _deletions.Schedule(path, log, log.Config.FileDeleteDelayMs);
        else
            log.Dispose();
    }

    private void Close(LogDirectory directory, int threads, long brokerEpoch) => TryRun(directory, () =>
    {
        var logs = LogsIn(directory);
        Bounded.Run(logs, threads, log => log.Flush());
        directory.WriteCheckpoints(logs);
        Bounded.Run(logs, threads, log => log.Dispose());
        CleanShutdownFile.Write(_files, directory.Path, brokerEpoch);
        directory.Release();
    });

    // A Random is not safe for use by several threads, so each log gets its own.
    private Random NextRandom()
    {
        lock (_random)
            return new Random(_random.Next());
    }

    private void OnDeletionFailed(string path, Exception cause) => Fail(DirectoryOf(path), cause);

    private void OnStorageFailed(PartitionLog log, IOException cause) => Fail(DirectoryOf(log), cause);

    private void OnRecoveryPointLowered(PartitionLog log)
    {
        var directory = DirectoryOf(log);
        TryRun(directory, () => directory.WriteCheckpoints(LogsIn(directory), startOffsets: false));
    }

    private LogDirectory DirectoryOf(string path) => Array.Find(_directories, directory => directory.Path == Path.GetDirectoryName(path))
        ?? throw new ArgumentException($"{path} is in none of the data directories");
}
