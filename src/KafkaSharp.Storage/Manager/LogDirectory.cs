using KafkaSharp.Protocol;
using KafkaSharp.Storage.Checkpoints;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Storage.Manager;

/// <summary>
/// One of the folders that log.dirs names: its lock, its checkpoints, and whether it still works. Once offline it stays so until the broker is started
/// again. Its state is safe to read from anywhere; <see cref="LogManager"/> changes it.
/// </summary>
public sealed class LogDirectory
{
    /// <summary>The file whose lock keeps a second broker out.</summary>
    public const string LockFileName = ".lock";

    private readonly IFileSystem _files;
    private readonly Lock _checkpoints = new();
    private IDisposable? _lock;
    private volatile bool _isOffline;
    private int _logCount;

    internal LogDirectory(IFileSystem files, string path)
    {
        _files = files;
        // Logs are told to lie here by the folder above theirs, which never ends in a separator.
        Path = System.IO.Path.TrimEndingDirectorySeparator(path);
        RecoveryPoints = new OffsetCheckpointFile(files, System.IO.Path.Combine(path, OffsetCheckpointFile.RecoveryPoint));
        LogStartOffsets = new OffsetCheckpointFile(files, System.IO.Path.Combine(path, OffsetCheckpointFile.LogStartOffset));
    }

    public string Path { get; }

    /// <summary>The directory.id of its meta.properties (KIP-858); null where it has none.</summary>
    public Uuid? Id { get; private set; }

    public bool IsOffline => _isOffline;

    /// <summary>How many logs it holds: a new one goes where there are fewest.</summary>
    public int LogCount => Volatile.Read(ref _logCount);

    /// <summary>Whether the broker before stopped in order, so that its logs needed no recovery.</summary>
    public bool HadCleanShutdown { get; private set; }

    /// <summary>The epoch that the broker had when it last stopped in order; -1 after anything else.</summary>
    public long PreviousBrokerEpoch { get; private set; } = CleanShutdownFile.UnknownBrokerEpoch;

    internal OffsetCheckpointFile RecoveryPoints { get; }

    internal OffsetCheckpointFile LogStartOffsets { get; }

    /// <summary>Takes the folder, creating it where it is missing.</summary>
    /// <exception cref="LogDirectoryLockedException">Another broker has it.</exception>
    /// <exception cref="IOException">It does not work.</exception>
    internal void Take()
    {
        _files.CreateDirectory(Path);
        _lock = _files.TryLock(System.IO.Path.Combine(Path, LockFileName)) ?? throw new LogDirectoryLockedException(Path);
        Id = MetaProperties.Read(_files, Path)?.DirectoryId;
        HadCleanShutdown = CleanShutdownFile.TryTake(_files, Path, out var epoch);
        PreviousBrokerEpoch = epoch;
    }

    internal void CountLogs(int change) => Interlocked.Add(ref _logCount, change);

    /// <summary>Saves where the logs of this directory are flushed to and where they begin. Waits for another thread that does the same.</summary>
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
                // A start that is its first segment's base offset is seen from the files.
                LogStartOffsets.Write([.. logs.Where(log => log.LogStartOffset > log.Segments.First.BaseOffset)
                    .Select(log => KeyValuePair.Create(log.TopicPartition, log.LogStartOffset))]);
            }
        }
    }

    /// <summary>Marks it as broken; false where it was already.</summary>
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
