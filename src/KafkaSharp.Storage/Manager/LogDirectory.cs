using KafkaSharp.Protocol;
using KafkaSharp.Storage.Checkpoints;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Storage.Manager;

/// <summary>
/// One of the folders of log.dirs: its lock, its checkpoints, and whether it works. A directory that is offline stays offline until the
/// broker restarts. Reading its properties is thread-safe; <see cref="LogManager"/> changes it.
/// </summary>
public sealed class LogDirectory
{
    /// <summary>The file whose lock prevents a second broker from using the directory.</summary>
    public const string LockFileName = ".lock";

    private static readonly TimeSpan s_fullReportInterval = TimeSpan.FromSeconds(30);

    private readonly IFileSystem _files;
    private readonly Lock _checkpoints = new();
    // Guards _removed and _left, for a moment only: never across a write.
    private readonly Lock _changes = new();
    private readonly HashSet<TopicPartition> _removed = [];
    private readonly Dictionary<TopicPartition, (PartitionLog Log, LeftFolder Folder)> _left = [];
    private IDisposable? _lock;
    private volatile bool _isOffline;
    private volatile bool _isCordoned;
    private int _logCount;
    private long _fullReported;

    internal LogDirectory(IFileSystem files, string path)
    {
        _files = files;
        // A log belongs to the directory whose path is that of its parent folder, which has no separator at the end.
        Path = System.IO.Path.TrimEndingDirectorySeparator(path);
        RecoveryPoints = new OffsetCheckpointFile(files, System.IO.Path.Combine(path, OffsetCheckpointFile.RecoveryPoint));
        LogStartOffsets = new OffsetCheckpointFile(files, System.IO.Path.Combine(path, OffsetCheckpointFile.LogStartOffset));
        HighWatermarks = new OffsetCheckpointFile(files, System.IO.Path.Combine(path, OffsetCheckpointFile.HighWatermark));
        CleanedOffsets = new OffsetCheckpointFile(files, System.IO.Path.Combine(path, OffsetCheckpointFile.CleanedOffset));
    }

    public string Path { get; }

    /// <summary>The directory.id of its meta.properties (KIP-858); null when it has none.</summary>
    public Uuid? Id { get; private set; }

    public bool IsOffline => _isOffline;

    /// <summary>
    /// Whether no log is created here and none is moved here (cordoned.log.dirs, KIP-1066). Those that are here are served.
    /// </summary>
    public bool IsCordoned
    {
        get => _isCordoned;
        internal set => _isCordoned = value;
    }

    /// <summary>The number of its logs, with future replicas: a new log goes to the directory with the fewest.</summary>
    public int LogCount => Volatile.Read(ref _logCount);

    /// <summary>Whether the last broker shut down cleanly, so that its logs needed no recovery.</summary>
    public bool HadCleanShutdown { get; private set; }

    /// <summary>The broker epoch of the last clean shutdown; -1 after an unclean one.</summary>
    public long PreviousBrokerEpoch { get; private set; } = CleanShutdownFile.UnknownBrokerEpoch;

    internal OffsetCheckpointFile RecoveryPoints { get; }

    internal OffsetCheckpointFile LogStartOffsets { get; }

    internal OffsetCheckpointFile HighWatermarks { get; }

    internal OffsetCheckpointFile CleanedOffsets { get; }

    /// <summary>The content of <see cref="CleanedOffsets"/>: it is written only when it changes.</summary>
    internal IReadOnlyDictionary<TopicPartition, long> SavedCleanedOffsets { get; set; } = new Dictionary<TopicPartition, long>();

    /// <summary>Locks the folder, and creates it when it is missing.</summary>
    /// <exception cref="LogDirectoryLockedException">Another broker uses it.</exception>
    /// <exception cref="IOException">The disk fails.</exception>
    internal void Lock()
    {
        _files.CreateDirectory(Path);
        _lock = _files.TryLock(System.IO.Path.Combine(Path, LockFileName)) ?? throw new LogDirectoryLockedException(Path);
        Id = MetaProperties.Read(_files, Path)?.DirectoryId;
        HadCleanShutdown = CleanShutdownFile.TryTake(_files, Path, out var epoch);
        PreviousBrokerEpoch = epoch;
    }

    /// <summary>Whether it was not reported within the last 30 seconds that the disk is full.</summary>
    internal bool IsFullNews(TimeProvider time)
    {
        var (last, now) = (Volatile.Read(ref _fullReported), Math.Max(1, time.GetTimestamp()));
        return (last == 0 || time.GetElapsedTime(last, now) >= s_fullReportInterval)
            && Interlocked.CompareExchange(ref _fullReported, now, last) == last;
    }

    internal void CountLogs(int change) => Interlocked.Add(ref _logCount, change);

    /// <summary>
    /// A log was removed. Until <see cref="WriteCheckpoints"/> has written them again, the checkpoints may contain its offsets.
    /// </summary>
    internal void OnRemoved(TopicPartition partition)
    {
        lock (_changes)
            _removed.Add(partition);
    }

    /// <summary>
    /// A log has changed to another directory. As long as its old folder is here, the next start may need its log start offset from the
    /// checkpoint of this directory: the other one may have no space for it.
    /// </summary>
    internal void OnLeft(PartitionLog log, LeftFolder folder)
    {
        lock (_changes)
            _left[log.TopicPartition] = (log, folder);
    }

    /// <summary>The old folder of a log that has changed to another directory goes.</summary>
    internal void OnLeftRemoved(TopicPartition partition)
    {
        lock (_changes)
        {
            _left.Remove(partition);
            _removed.Add(partition);
        }
    }

    /// <summary>Whether the checkpoints may contain offsets of an earlier log of the partition, which a new log must not get.</summary>
    internal bool MayHaveOffsetsOf(TopicPartition removed)
    {
        lock (_changes)
            return _removed.Contains(removed);
    }

    /// <summary>Saves offsets of the directory's logs. One thread at a time; the others wait.</summary>
    /// <param name="logs">Gives the logs. It is called when no other thread writes, so that a later write has the newer offsets.</param>
    /// <param name="which">The checkpoints.</param>
    internal void WriteCheckpoints(Func<IReadOnlyList<PartitionLog>> logs, Checkpoints which = Checkpoints.All)
    {
        lock (_checkpoints)
        {
            if (_isOffline)
                return;
            TopicPartition[] removed;
            lock (_changes)
                removed = [.. _removed];
            if (removed.Length > 0)
                which = Checkpoints.All;
            Write(logs(), which, hasRemoved: removed.Length > 0);
            lock (_changes)
                _removed.ExceptWith(removed);
        }
    }

    /// <summary>Marks it as failed; false when it was already.</summary>
    internal bool GoOffline()
    {
        lock (_checkpoints)
        {
            if (_isOffline)
                return false;
            _isOffline = true;
        }
        Release();
        return true;
    }

    internal void Release() => Interlocked.Exchange(ref _lock, null)?.Dispose();

    private void Write(IReadOnlyList<PartitionLog> logs, Checkpoints which, bool hasRemoved)
    {
        if (which.HasFlag(Checkpoints.RecoveryPoints))
            RecoveryPoints.Write([.. logs.Select(log => KeyValuePair.Create(log.TopicPartition, log.RecoveryPoint))]);
        if (which.HasFlag(Checkpoints.LogStartOffsets))
        {
            // A log start offset that is the base offset of the first segment follows from the files.
            LogStartOffsets.Write([.. logs.Where(log => log.LogStartOffset > log.Segments.First.BaseOffset)
                .Select(log => KeyValuePair.Create(log.TopicPartition, log.LogStartOffset)), .. StartsOfLeft(logs)]);
        }
        if (which.HasFlag(Checkpoints.HighWatermarks))
            WriteHighWatermarks(logs, hasRemoved);
        if (which.HasFlag(Checkpoints.CleanedOffsets))
            WriteCleanedOffsets(logs);
    }

    // None above the end of the folder: a start would delete the records in it, and they may be the only ones after a power failure.
    private KeyValuePair<TopicPartition, long>[] StartsOfLeft(IReadOnlyList<PartitionLog> logs)
    {
        lock (_changes)
        {
            if (_left.Count == 0)
                return [];
            var held = logs.Select(log => log.TopicPartition).ToHashSet();
            return [.. _left.Where(left => !held.Contains(left.Key))
                .Select(left => KeyValuePair.Create(left.Key, Math.Min(left.Value.Log.LogStartOffset, left.Value.Folder.EndOffset)))];
        }
    }

    // They are saved every few seconds, so an idle broker writes nothing.
    private void WriteHighWatermarks(IReadOnlyList<PartitionLog> logs, bool hasRemoved)
    {
        var offsets = logs.Select(log => KeyValuePair.Create(log.TopicPartition, log.HighWatermark)).ToArray();
        if (!hasRemoved && logs.Zip(offsets).All(pair => pair.First.SavedHighWatermark == pair.Second.Value))
            return;
        HighWatermarks.Write(offsets);
        foreach (var (log, offset) in logs.Zip(offsets))
            log.SavedHighWatermark = offset.Value;
    }

    // A broker without compacted logs has no such file.
    private void WriteCleanedOffsets(IReadOnlyList<PartitionLog> logs)
    {
        var offsets = logs.Select(log => KeyValuePair.Create(log.TopicPartition, log.CleanedOffset)).Where(entry => entry.Value >= 0)
            .ToDictionary();
        if (offsets.Count == SavedCleanedOffsets.Count
            && offsets.All(entry => SavedCleanedOffsets.TryGetValue(entry.Key, out var saved) && saved == entry.Value))
            return;
        CleanedOffsets.Write(offsets);
        SavedCleanedOffsets = offsets;
    }
}
