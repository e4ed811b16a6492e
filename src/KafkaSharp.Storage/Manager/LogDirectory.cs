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

    private readonly IFileSystem _files;
    private readonly Lock _checkpoints = new();
    private IDisposable? _lock;
    private volatile bool _isOffline;
    private int _logCount;

    internal LogDirectory(IFileSystem files, string path)
    {
        _files = files;
        // A log belongs to the directory whose path is that of its parent folder, which has no separator at the end.
        Path = System.IO.Path.TrimEndingDirectorySeparator(path);
        RecoveryPoints = new OffsetCheckpointFile(files, System.IO.Path.Combine(path, OffsetCheckpointFile.RecoveryPoint));
        LogStartOffsets = new OffsetCheckpointFile(files, System.IO.Path.Combine(path, OffsetCheckpointFile.LogStartOffset));
    }

    public string Path { get; }

    /// <summary>The directory.id of its meta.properties (KIP-858); null when it has none.</summary>
    public Uuid? Id { get; private set; }

    public bool IsOffline => _isOffline;

    /// <summary>The number of its logs: a new log goes to the directory with the fewest.</summary>
    public int LogCount => Volatile.Read(ref _logCount);

    /// <summary>Whether the last broker shut down cleanly, so that its logs needed no recovery.</summary>
    public bool HadCleanShutdown { get; private set; }

    /// <summary>The broker epoch of the last clean shutdown; -1 after an unclean one.</summary>
    public long PreviousBrokerEpoch { get; private set; } = CleanShutdownFile.UnknownBrokerEpoch;

    internal OffsetCheckpointFile RecoveryPoints { get; }

    internal OffsetCheckpointFile LogStartOffsets { get; }

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

    internal void CountLogs(int change) => Interlocked.Add(ref _logCount, change);

    /// <summary>Saves the recovery points and log start offsets of the directory's logs. One thread at a time; the others wait.</summary>
    internal void WriteCheckpoints(IReadOnlyCollection<PartitionLog> logs, bool recoveryPoints = true, bool startOffsets = true)
    {
        lock (_checkpoints)
        {
            if (_isOffline)
                return;
            if (recoveryPoints)
                RecoveryPoints.Write([.. logs.Select(log => KeyValuePair.Create(log.TopicPartition, log.RecoveryPoint))]);
            if (startOffsets)
            {
                // A log start offset that is the base offset of the first segment follows from the files.
                LogStartOffsets.Write([.. logs.Where(log => log.LogStartOffset > log.Segments.First.BaseOffset)
                    .Select(log => KeyValuePair.Create(log.TopicPartition, log.LogStartOffset))]);
            }
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
}
