using System.Collections.Concurrent;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Manager;

/// <summary>
/// The log directories of a broker and the logs in them. A directory that fails is taken offline with its logs. Thread-safe; finding a log
/// takes no lock.
/// </summary>
internal sealed class LogRegistry(LogManagerOptions options, ILogger logger)
{
    private readonly ConcurrentDictionary<TopicPartition, PartitionLog> _logs = new(options.PartitionComparer);
    private readonly ConcurrentDictionary<TopicPartition, PartitionLog> _futures = new(options.PartitionComparer);
    private readonly ConcurrentDictionary<TopicPartition, LogDirectory> _offline = new();

    public LogDirectory[] Directories { get; } = [.. options.Directories.Select(path => new LogDirectory(options.FileSystem, path))];

    public IEnumerable<LogDirectory> LiveDirectories => Directories.Where(directory => !directory.IsOffline);

    /// <summary>All logs that can be used, at this moment.</summary>
    public IEnumerable<PartitionLog> Logs => _logs.Values;

    /// <summary>The future replicas of moves between directories, at this moment (KIP-113).</summary>
    public IEnumerable<PartitionLog> Futures => _futures.Values;

    /// <summary>Called with a directory that fails, when its logs are closed.</summary>
    public Action<LogDirectory>? DirectoryFailed { get; set; }

    public PartitionLog? Find(TopicPartition partition) => _logs.GetValueOrDefault(partition);

    public PartitionLog? FindFuture(TopicPartition partition) => _futures.GetValueOrDefault(partition);

    /// <summary>Whether the partition's log is in a directory that has failed.</summary>
    public bool IsOffline(TopicPartition partition) => _offline.ContainsKey(partition);

    /// <summary>The log of a partition is in a directory that has failed, although this one has an earlier folder of it.</summary>
    public void SetOffline(TopicPartition partition, LogDirectory directory) => _offline[partition] = directory;

    /// <summary>The logs of one directory, at this moment.</summary>
    public IReadOnlyList<PartitionLog> LogsIn(LogDirectory directory) =>
        [.. _logs.Values.Where(log => DirectoryOf(log.Directory) == directory)];

    /// <summary>The same, with the future replicas: all that the checkpoints of the directory know.</summary>
    public IReadOnlyList<PartitionLog> HeldIn(LogDirectory directory) =>
        [.. _logs.Values.Concat(_futures.Values).Where(log => DirectoryOf(log.Directory) == directory)];

    /// <summary>The directory that contains the folder of a log.</summary>
    public LogDirectory DirectoryOf(string path)
    {
        var parent = Path.GetDirectoryName(path.AsSpan());
        foreach (var directory in Directories)
        {
            if (parent.SequenceEqual(directory.Path))
                return directory;
        }
        throw new ArgumentException($"{path} is in none of the log directories");
    }

    /// <summary>Adds a log of a directory; false when another one has its partition.</summary>
    public bool TryAdd(PartitionLog log, LogDirectory directory)
    {
        if (!_logs.TryAdd(log.TopicPartition, log))
            return false;
        directory.CountLogs(1);
        return true;
    }

    /// <summary>Removes the log of a partition; null when there is none.</summary>
    public PartitionLog? Remove(TopicPartition partition)
    {
        _offline.TryRemove(partition, out _);
        if (!_logs.TryRemove(partition, out var log))
            return null;
        DirectoryOf(log.Directory).CountLogs(-1);
        return log;
    }

    /// <summary>Adds a future replica of a directory; false when its partition has one.</summary>
    public bool TryAddFuture(PartitionLog future, LogDirectory directory)
    {
        if (!_futures.TryAdd(future.TopicPartition, future))
            return false;
        directory.CountLogs(1);
        return true;
    }

    /// <summary>Removes the future replica of a partition; null when there is none.</summary>
    public PartitionLog? RemoveFuture(TopicPartition partition)
    {
        if (!_futures.TryRemove(partition, out var future))
            return null;
        DirectoryOf(future.Directory).CountLogs(-1);
        return future;
    }

    /// <summary>
    /// A log has left its directory, and a folder in it, for that of its future replica.
    /// </summary>
    public void OnMoved(TopicPartition partition, LogDirectory source, LeftFolder left)
    {
        _futures.TryRemove(partition, out _);
        source.CountLogs(-1);
        if (Find(partition) is { } log)
            source.OnLeft(log, left);
    }

    /// <summary>The future replica of a partition without a log is its log.</summary>
    public void OnPromoted(TopicPartition partition)
    {
        if (_futures.TryRemove(partition, out var future))
            _logs.TryAdd(partition, future);
    }

    public void Clear()
    {
        _logs.Clear();
        _futures.Clear();
    }

    /// <summary>
    /// Runs an operation on a log or checkpoint of a directory. After an I/O failure the directory goes offline, and the result is false.
    /// </summary>
    public bool TryRun(LogDirectory directory, Action operation)
    {
        try
        {
            operation();
            return true;
        }
        catch (IOException e)
        {
            Fail(directory, e);
            return false;
        }
    }

    /// <summary>
    /// The same for an operation that leaves everything as it was when there is no space: then the directory stays online.
    /// </summary>
    public bool TryRunUnlessFull(LogDirectory directory, Action operation)
    {
        try
        {
            operation();
            return true;
        }
        catch (IOException e)
        {
            FailUnlessFull(directory, e);
            return false;
        }
    }

    /// <summary>Takes a directory offline, unless the cause is that it is full.</summary>
    public void FailUnlessFull(LogDirectory directory, IOException cause)
    {
        if (!DiskErrors.IsFull(cause))
            Fail(directory, cause);
        else if (!directory.IsOffline && directory.IsFullNews(options.Time))
            logger.LogDirectoryFull(directory.Path, cause.Message);
    }

    /// <summary>Takes the directory of a log's folder offline, unless it is full.</summary>
    public void FailUnlessFull(string path, IOException cause) => FailUnlessFull(DirectoryOf(path), cause);

    /// <summary>Takes a directory offline: its logs are closed, and requests for them get KAFKA_STORAGE_ERROR.</summary>
    public void Fail(LogDirectory directory, Exception cause)
    {
        var isFirst = directory.GoOffline();
        List<TopicPartition> partitions = [];
        foreach (var log in LogsIn(directory))
        {
            _offline[log.TopicPartition] = directory;
            _logs.TryRemove(log.TopicPartition, out _);
            partitions.Add(log.TopicPartition);
            log.CloseAbruptly();
        }
        foreach (var future in _futures.Values.Where(future => DirectoryOf(future.Directory) == directory))
        {
            _futures.TryRemove(future.TopicPartition, out _);
            future.CloseAbruptly();
        }
        DirectoryFailed?.Invoke(directory);
        if (!isFirst)
            return;
        var advice = DiskErrors.IsFull(cause) ? "Free space on its disk first" : "Repair or replace the disk";
        logger.LogDirectoryFailed(directory.Path, partitions.Count, advice, cause);
        options.DirectoryFailed?.Invoke(new LogDirectoryFailure(directory, partitions, cause, NoneLeft: !LiveDirectories.Any()));
    }

    /// <summary>Takes the directory of a log's folder offline.</summary>
    public void FailDirectoryOf(string path, Exception cause) => Fail(DirectoryOf(path), cause);

    /// <summary>Saves the offsets of the directory of a log's folder that a truncation lowers.</summary>
    public void SaveLoweredOffsets(string path) => SaveLoweredOffsets(
        DirectoryOf(path), Checkpoints.RecoveryPoints | Checkpoints.CleanedOffsets | Checkpoints.HighWatermarks);

    /// <summary>
    /// Saves offsets of a directory's logs, some of which are lower than on disk. Later records would count as flushed or as committed by
    /// those on disk, so also a full disk takes the directory offline.
    /// </summary>
    public void SaveLoweredOffsets(LogDirectory directory, Checkpoints which) =>
        TryRun(directory, () => directory.WriteCheckpoints(() => HeldIn(directory), which));

    /// <summary>
    /// Saves offsets of a directory's logs. After an I/O failure the directory goes offline, but for a full disk: the older ones stay
    /// valid.
    /// </summary>
    public void SaveCheckpoints(LogDirectory directory, Checkpoints which = Checkpoints.All) =>
        TryRunUnlessFull(directory, () => directory.WriteCheckpoints(() => HeldIn(directory), which));
}
