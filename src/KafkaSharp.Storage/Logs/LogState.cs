using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.Epochs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.ProducerState;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// What the rooms of a <see cref="PartitionLog"/> share. <see cref="Gate"/> guards every change; segments and offsets are published to readers without
/// a lock. <see cref="Truncations"/> lets a reader see that what it found may have been cut and written anew meanwhile.
/// </summary>
sealed class LogState(PartitionLogOptions options, LogSegments segments, ProducerStateManager producers, LeaderEpochCache epochs)
{
    private Published<LogOffsetMetadata> _logEnd;
    private Published<LogOffsetMetadata> _highWatermark;
    private Published<LogOffsetMetadata> _firstUnstable = new(LogOffsetMetadata.Unknown);
    private long _logStartOffset;
    private long _recoveryPoint;
    private int _truncations;
    private volatile LogConfig _config = options.Config;
    private volatile string _directory = options.Directory;

    public Lock Gate { get; } = new();

    public PartitionLogOptions Options { get; } = options;

    public IFileSystem Files => Options.FileSystem;

    public LogSegments Segments { get; } = segments;

    public ProducerStateManager Producers { get; } = producers;

    public LeaderEpochCache Epochs { get; } = epochs;

    public LogConfig Config
    {
        get => _config;
        set => _config = value;
    }

    public string Directory
    {
        get => _directory;
        set => _directory = value;
    }

    /// <summary>
    /// Whether the folder has another name by now, for who found something gone under the old one. A rename changes the disk before the name here, both
    /// under the lock: to ask without it could take a deleted topic for a broken disk.
    /// </summary>
    public bool WasMovedFrom(string directory)
    {
        lock (Gate)
            return Directory != directory;
    }

    public LogOffsetMetadata LogEnd => _logEnd.Value;

    public long LogEndOffset => _logEnd.Value.MessageOffset;

    public long LogStartOffset => Volatile.Read(ref _logStartOffset);

    public long RecoveryPoint => Volatile.Read(ref _recoveryPoint);

    public int Truncations => Volatile.Read(ref _truncations);

    /// <summary>How often the end of the log was cut, so that what lies there now may not be what lay there before.</summary>
    public int EndCuts { get; private set; }

    public long NowMs => Options.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The high watermark with its place, which is looked up where only the offset is known.</summary>
    public LogOffsetMetadata HighWatermark => WithPlace(_highWatermark.Value);

    public long HighWatermarkOffset => _highWatermark.Value.MessageOffset;

    /// <summary>What a read_committed reader may see: up to the first undecided transaction, or the high watermark.</summary>
    public LogOffsetMetadata LastStable
    {
        get
        {
            var firstUnstable = _firstUnstable.Value;
            var highWatermark = _highWatermark.Value;
            return WithPlace(firstUnstable.MessageOffset >= 0 && firstUnstable.MessageOffset < highWatermark.MessageOffset
                ? firstUnstable
                : highWatermark);
        }
    }

    public long LastStableOffset
    {
        get
        {
            var firstUnstable = _firstUnstable.Value.MessageOffset;
            var highWatermark = _highWatermark.Value.MessageOffset;
            return firstUnstable >= 0 && firstUnstable < highWatermark ? firstUnstable : highWatermark;
        }
    }

    /// <summary>Sets the offsets of a log that was just opened.</summary>
    public void Initialize(long logStartOffset, long logEndOffset, long recoveryPoint)
    {
        _logStartOffset = logStartOffset;
        _recoveryPoint = recoveryPoint;
        var active = Segments.Active;
        _logEnd.Value = new LogOffsetMetadata(logEndOffset, active.BaseOffset, active.Size);
        _highWatermark.Value = new LogOffsetMetadata(logStartOffset);
        UpdateFirstUnstable();
    }

    /// <summary>Publishes the log end; under the gate. A log that got shorter takes recovery point and high watermark with it.</summary>
    public void SetLogEnd(long offset)
    {
        var active = Segments.Active;
        _logEnd.Value = new LogOffsetMetadata(offset, active.BaseOffset, active.Size);
        if (_recoveryPoint > offset)
            Volatile.Write(ref _recoveryPoint, offset);
        if (_highWatermark.Value.MessageOffset >= offset)
            SetHighWatermark(_logEnd.Value);
    }

    public void SetRecoveryPoint(long offset) => Volatile.Write(ref _recoveryPoint, offset);

    /// <summary>Publishes a log start offset without looking at what depends on it; under the gate.</summary>
    public void SetLogStartOffset(long offset) => Volatile.Write(ref _logStartOffset, offset);

    /// <summary>Publishes the high watermark and what it decides; under the gate.</summary>
    public void SetHighWatermark(LogOffsetMetadata highWatermark)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(highWatermark.MessageOffset);
        _highWatermark.Value = highWatermark;
        Producers.OnHighWatermarkUpdated(highWatermark.MessageOffset);
        UpdateFirstUnstable();
    }

    public void UpdateFirstUnstable()
    {
        var first = Producers.FirstUnstableOffset is { } offset ? Math.Max(offset, _logStartOffset) : -1;
        if (first != _firstUnstable.Value.MessageOffset)
            _firstUnstable.Value = first < 0 ? LogOffsetMetadata.Unknown : WithPlace(new LogOffsetMetadata(first));
    }

    /// <summary>
    /// To be called under the gate before bytes are cut that readers may have found; and where the log's end is cut, again once the offsets tell of it,
    /// as a reader that began between went by the old ones.
    /// </summary>
    public void CountTruncation() => Interlocked.Increment(ref _truncations);

    /// <summary>The same, before the log's end is cut.</summary>
    public void CountEndCut()
    {
        EndCuts++;
        CountTruncation();
    }

    /// <summary>The place of an offset: its segment and the batch that holds it; only the offset where the log does not hold it.</summary>
    public LogOffsetMetadata WithPlace(LogOffsetMetadata offset)
    {
        if (!offset.MessageOffsetOnly)
            return offset;
        var end = _logEnd.Value;
        if (offset.MessageOffset == end.MessageOffset)
            return end;
        var segments = Segments.All;
        for (var index = LogSegments.IndexOfFloor(segments, offset.MessageOffset); index >= 0 && index < segments.Length; index++)
        {
            if (segments[index].Find(offset.MessageOffset, out _) is { } found)
                return new LogOffsetMetadata(offset.MessageOffset, segments[index].BaseOffset, found.Position);
        }
        return offset;
    }
}
