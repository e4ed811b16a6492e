using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.Epochs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.ProducerState;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// The state that the parts of a partition's log share. <see cref="Gate"/> guards every change; segments and offsets are published to
/// readers without a lock. <see cref="Truncations"/> lets a reader notice that the log was truncated, and perhaps written again, while it
/// read.
/// </summary>
internal sealed class LogState(PartitionLogOptions options, LogSegments segments, ProducerStateManager producers, LeaderEpochCache epochs)
{
    private Published<LogOffsetMetadata> _logEnd;
    private Published<LogOffsetMetadata> _highWatermark;
    private Published<LogOffsetMetadata> _firstUnstable = new(LogOffsetMetadata.Unknown);
    private long _logStartOffset;
    private long _recoveryPoint;
    private long _cleanedOffset = options.CleanedOffset;
    private Published<LogOffsetMetadata> _durableEnd;
    private int _truncations;
    private long _replacedBelow = -1;
    private volatile LogConfig _config = options.Config;
    private volatile string _directory = options.Directory;

    public Lock Gate { get; } = new();

    /// <summary>
    /// Held, before <see cref="Gate"/>, by all that remove or replace segments: the cleaner, retention, truncation. So the cleaner can
    /// wait for the disk in the middle of a replacement, without the gate, and find the same segments afterwards.
    /// </summary>
    public Lock SegmentChanges { get; } = new();

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
    /// Whether the folder has been renamed, for a caller that missed a file under the old name. A rename changes the disk first and the
    /// name here second, both under the lock; a check without the lock could mistake a deleted topic for a failed disk. Not in the filter
    /// of an exception, which runs before the locks of the code that threw are released.
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

    /// <summary>
    /// The end of the records that a power failure leaves. The recovery point may be lower: the flush that an append waits for leaves out
    /// the indexes of the active segment, which recovery makes again.
    /// </summary>
    public LogOffsetMetadata DurableEnd => _durableEnd.Value;

    public int Truncations => Volatile.Read(ref _truncations);

    /// <summary>Whether the name of the folder is not durable yet. The first flush makes it durable.</summary>
    public bool IsFolderNew { get; set; }

    /// <summary>Whether this process has made <c>partition.metadata</c> durable: the first complete flush does.</summary>
    public bool IsTopicIdDurable { get; set; }

    /// <summary>
    /// Whether the log was truncated, or its files were renamed, since a number of <see cref="Truncations"/>, for a reader that did not
    /// find a file. It waits for a change under way: a rename changes the disk first and the path of the file second. Not in the filter of
    /// an exception, which runs before the locks of the code that threw are released.
    /// </summary>
    public bool HasChangedSince(int truncations)
    {
        lock (Gate)
            return Truncations != truncations;
    }

    /// <summary>How often the end of the log was truncated: other records may be there now.</summary>
    public int EndCuts { get; private set; }

    /// <summary>
    /// Whether a truncation has lowered the recovery point and has not ended: no flush raises it in the meantime. Guarded by
    /// <see cref="Gate"/>.
    /// </summary>
    public bool IsBeingTruncated { get; set; }

    /// <summary>
    /// Whether a truncation or a recovery has removed something that a power failure may bring back, also when nothing was appended since:
    /// the next flush has work then although the recovery point is at the end. Guarded by <see cref="Gate"/>.
    /// </summary>
    public bool HasUnflushedCut { get; set; }

    /// <summary>The high watermark in the checkpoint of the log directory; -1 when it is not there.</summary>
    public long SavedHighWatermark { get; set; } = options.HighWatermark;

    /// <summary>
    /// The lowest offset at which the end was truncated since a copy of the log last looked; <see cref="long.MaxValue"/> if it was not.
    /// Guarded by <see cref="Gate"/>.
    /// </summary>
    public long LowestCut { get; set; } = long.MaxValue;

    /// <summary>
    /// The folders in other log directories that the log has left, and that the next start may find. Guarded by
    /// <see cref="SegmentChanges"/>.
    /// </summary>
    public IReadOnlyList<LeftFolder> Left { get; set; } = [];

    /// <summary>
    /// Records below it were compacted (Kafka's first dirty offset); -1 if the log never was. Changed under <see cref="Gate"/>.
    /// </summary>
    public long CleanedOffset
    {
        get => Volatile.Read(ref _cleanedOffset);
        set => Volatile.Write(ref _cleanedOffset, value);
    }

    /// <summary>Appends of a leader with an earlier epoch are refused; guarded by <see cref="Gate"/>.</summary>
    public int LowestLeaderEpoch { get; set; }

    public long NowMs => Options.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The high watermark with its position, which is looked up when only the offset is known.</summary>
    public LogOffsetMetadata HighWatermark => WithPosition(_highWatermark.Value);

    public long HighWatermarkOffset => _highWatermark.Value.MessageOffset;

    /// <summary>The end of what a read_committed reader sees: the first undecided transaction, or the high watermark.</summary>
    public LogOffsetMetadata LastStable
    {
        get
        {
            var firstUnstable = _firstUnstable.Value;
            var highWatermark = _highWatermark.Value;
            return WithPosition(firstUnstable.MessageOffset >= 0 && firstUnstable.MessageOffset < highWatermark.MessageOffset
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

    /// <summary>
    /// Sets the offsets of a log that was just opened. The high watermark is the one of the checkpoint, within the log: a follower that
    /// becomes the leader serves what was committed before it has heard from the other replicas.
    /// </summary>
    public void Initialize(LoadedLog loaded, long highWatermark)
    {
        _logStartOffset = loaded.LogStartOffset;
        _recoveryPoint = loaded.RecoveryPoint;
        _durableEnd.Value = new LogOffsetMetadata(loaded.RecoveryPoint);
        IsFolderNew = loaded.IsFolderNew;
        HasUnflushedCut = !Options.HadCleanShutdown;
        var active = Segments.Active;
        _logEnd.Value = new LogOffsetMetadata(loaded.LogEndOffset, active.BaseOffset, active.Size);
        BoundHighWatermark(new LogOffsetMetadata(highWatermark));
    }

    /// <summary>
    /// Publishes the log end; under the gate. When the log became shorter, recovery point and high watermark are lowered too.
    /// </summary>
    public void SetLogEnd(long offset)
    {
        var active = Segments.Active;
        _logEnd.Value = new LogOffsetMetadata(offset, active.BaseOffset, active.Size);
        if (_recoveryPoint > offset)
            Volatile.Write(ref _recoveryPoint, offset);
        if (_durableEnd.Value.MessageOffset > offset)
            _durableEnd.Value = _logEnd.Value;
        if (_highWatermark.Value.MessageOffset >= offset)
            SetHighWatermark(_logEnd.Value);
    }

    public void SetRecoveryPoint(long offset) => Volatile.Write(ref _recoveryPoint, offset);

    /// <summary>Publishes the end of what was flushed, unless it is there already; under the gate.</summary>
    public void RaiseDurableEnd(LogOffsetMetadata end)
    {
        if (end.MessageOffset > _durableEnd.Value.MessageOffset)
            _durableEnd.Value = end;
    }

    /// <summary>Publishes a log start offset alone, without what depends on it; under the gate.</summary>
    public void SetLogStartOffset(long offset) => Volatile.Write(ref _logStartOffset, offset);

    /// <summary>Sets the high watermark, bounded by the log's start and end; returns the new value. Under the gate.</summary>
    public long BoundHighWatermark(LogOffsetMetadata highWatermark)
    {
        var end = LogEnd;
        var after = Math.Clamp(highWatermark.MessageOffset, Math.Min(LogStartOffset, end.MessageOffset), end.MessageOffset);
        SetHighWatermark(
            after == end.MessageOffset ? end : after == highWatermark.MessageOffset ? highWatermark : new LogOffsetMetadata(after));
        return after;
    }

    /// <summary>Raises the high watermark; returns the old value, or null when nothing changed. Under the gate.</summary>
    public LogOffsetMetadata? MaybeIncrementHighWatermark(LogOffsetMetadata highWatermark)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(highWatermark.MessageOffset, LogEndOffset);
        var before = HighWatermark;
        if (before.MessageOffset > highWatermark.MessageOffset
            || (before.MessageOffset == highWatermark.MessageOffset && !before.OnOlderSegment(highWatermark)))
            return null;
        SetHighWatermark(highWatermark);
        return before;
    }

    /// <summary>Publishes the high watermark and the last stable offset that follows from it; under the gate.</summary>
    public void SetHighWatermark(LogOffsetMetadata highWatermark)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(highWatermark.MessageOffset);
        // The caller may have looked the position up before a move to another directory has replaced the segments.
        if (highWatermark.MessageOffset <= _replacedBelow)
            highWatermark = highWatermark.MessageOffset == LogEndOffset ? LogEnd : new LogOffsetMetadata(highWatermark.MessageOffset);
        _highWatermark.Value = highWatermark;
        Producers.OnHighWatermarkUpdated(highWatermark.MessageOffset);
        UpdateFirstUnstable();
    }

    public void UpdateFirstUnstable()
    {
        var first = Producers.FirstUnstableOffset is { } offset ? Math.Max(offset, _logStartOffset) : -1;
        if (first != _firstUnstable.Value.MessageOffset)
            _firstUnstable.Value = first < 0 ? LogOffsetMetadata.Unknown : WithPosition(new LogOffsetMetadata(first));
    }

    /// <summary>
    /// Called under the gate before bytes are removed that readers may have found. When the end of the log is truncated it is called again
    /// after the offsets are published, because a reader that began in between used the old ones. The same holds after files were renamed.
    /// </summary>
    public void CountTruncation() => Interlocked.Increment(ref _truncations);

    /// <summary>The same, before the end of the log is truncated at an offset.</summary>
    public void CountEndCut(long offset)
    {
        EndCuts++;
        HasUnflushedCut = true;
        LowestCut = Math.Min(LowestCut, offset);
        CountTruncation();
    }

    /// <summary>
    /// Looks up the positions of high watermark and last stable offset again, after segments were replaced; under the gate. Both are above
    /// the replaced segments, but may be known as the end of one of them.
    /// </summary>
    public void FindPositionsAgain()
    {
        _highWatermark.Value = WithPosition(new LogOffsetMetadata(HighWatermarkOffset));
        if (_firstUnstable.Value is { MessageOffset: >= 0 } first)
            _firstUnstable.Value = WithPosition(new LogOffsetMetadata(first.MessageOffset));
    }

    /// <summary>
    /// Continues with the segments of another log, which has the same records in another folder; under the gates of both. What is durable
    /// is what is durable there. Nothing here waits for the disk or can fail.
    /// </summary>
    public void ContinueWith(LogState other)
    {
        CountTruncation();
        Segments.Replace(Segments.Snapshot, other.Segments.Snapshot);
        Directory = other.Directory;
        Epochs.ContinueIn(Directory);
        Producers.ContinueWithSnapshotsOf(other.Producers);
        IsFolderNew = true;
        IsTopicIdDurable = other.IsTopicIdDurable;
        HasUnflushedCut = other.HasUnflushedCut;
        SavedHighWatermark = other.SavedHighWatermark;
        SetRecoveryPoint(other.RecoveryPoint);
        _durableEnd.Value = other.DurableEnd;
        var active = Segments.Active;
        _logEnd.Value = new LogOffsetMetadata(LogEndOffset, active.BaseOffset, active.Size);
        // The segments begin elsewhere: positions are looked up again when they are needed.
        _replacedBelow = LogEndOffset;
        _highWatermark.Value = new LogOffsetMetadata(HighWatermarkOffset);
        _firstUnstable.Value = new LogOffsetMetadata(_firstUnstable.Value.MessageOffset);
        CountTruncation();
    }

    /// <summary>
    /// An offset with its position: its segment and the batch that contains it; the offset alone when the log does not contain it.
    /// </summary>
    public LogOffsetMetadata WithPosition(LogOffsetMetadata offset)
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
