using KafkaSharp.Storage.Checkpoints;
using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// The files that one flush makes durable, decided under the log's lock, and written to disk without it. The log may be truncated, renamed
/// or deleted in the meantime.
/// </summary>
/// <remarks>
/// A flush for appends, which producers wait for, is one fsync of the <c>.log</c> file: recovery makes the indexes, epochs and producers of
/// the segment with the recovery point again. It needs a complete flush once since the segment was created or truncated, which makes the
/// names of its files durable and moves the recovery point into the segment.
/// </remarks>
internal sealed class FlushPlan
{
    private readonly LogState _state;
    private readonly LogSegment[] _segments;
    private readonly string _directory;
    private readonly int _truncations;
    private readonly int _endCuts;
    private readonly List<TransactionIndex> _newIndexes = [];
    private readonly bool _hasNewFiles;
    private readonly string? _producerSnapshot;
    private readonly bool _isComplete;
    private readonly bool _isOfWholeLog;

    private FlushPlan(LogState state, LogSegment[] segments, LogOffsetMetadata upTo, bool isComplete)
    {
        _state = state;
        _segments = segments;
        UpTo = upTo;
        _isComplete = isComplete;
        _directory = state.Directory;
        _truncations = state.Truncations;
        _endCuts = state.EndCuts;
        if (!isComplete)
            return;
        _isOfWholeLog = upTo.MessageOffset >= state.LogEndOffset;
        foreach (var segment in segments)
        {
            // The roll of a segment adds it too. If the recovery point is at its end by then, no later flush looks at its files.
            segment.WriteLastTimestamp();
            segment.WriteOut();
            segment.RemoveTornTail();
        }
        var from = state.RecoveryPoint;
        _newIndexes = [.. segments.Select(segment => segment.TransactionIndex).Where(index => index.IsNew)];
        _hasNewFiles = _newIndexes.Count > 0 || segments.Any(segment => segment.BaseOffset >= from);
        _producerSnapshot = state.Producers.LatestSnapshotOffset is { } offset && offset > from
            ? LogFileNames.ProducerSnapshot(_directory, offset)
            : null;
    }

    /// <summary>The offset below which all records are durable afterwards.</summary>
    public LogOffsetMetadata UpTo { get; }

    /// <summary>
    /// Whether the system was asked to write to disk what it has taken: if that fails, it is lost, and the same flush would succeed later.
    /// </summary>
    public bool IsBegun { get; private set; }

    /// <summary>Under the log's lock: what to flush up to an offset; null when all of it is durable already.</summary>
    public static FlushPlan? Make(LogState state, long upTo)
    {
        var from = state.RecoveryPoint;
        var end = EndOf(state, upTo);
        if (!state.HasUnflushedCut)
            return end.MessageOffset <= from ? null : new FlushPlan(state, state.Segments.Between(from, end.MessageOffset), end, true);
        // Also an empty segment at the end: it may have been shortened to nothing.
        end = end.MessageOffset < from ? new LogOffsetMetadata(from) : end;
        return new FlushPlan(state, state.Segments.Between(from, end.MessageOffset + 1), end, true);
    }

    /// <summary>Under the log's lock: what to flush for the appends that wait; null when all of it is durable already.</summary>
    public static FlushPlan? MakeForAppends(LogState state)
    {
        var (from, end) = (state.DurableEnd.MessageOffset, state.LogEnd);
        if (end.MessageOffset <= from)
            return null;
        return !state.IsFolderNew && state.Segments.Between(from, end.MessageOffset) is [var only] && only.BaseOffset < state.RecoveryPoint
            ? new FlushPlan(state, [only], end, isComplete: false)
            : Make(state, long.MaxValue);
    }

    /// <summary>Flushes the files, without the log's lock.</summary>
    /// <returns>
    /// False if files no longer existed, because the log was truncated or renamed: not everything is durable, and a new plan is needed.
    /// </returns>
    /// <exception cref="IOException">The disk fails.</exception>
    public bool Run()
    {
        try
        {
            if (_isComplete)
                FlushAll();
            else
                FlushRecords();
            return true;
        }
        catch (Exception e) when (e is ObjectDisposedException or FileNotFoundException or DirectoryNotFoundException)
        {
            if (_state.HasChangedSince(_truncations) || _state.WasMovedFrom(_directory))
                return false;
            throw;
        }
    }

    /// <summary>
    /// Publishes what is durable now, under the log's lock; nothing when the end of the log was truncated in the meantime, because what was
    /// flushed may not be what is there now.
    /// </summary>
    public void Publish()
    {
        if (_state.EndCuts != _endCuts || _state.IsBeingTruncated)
            return;
        if (_isOfWholeLog)
            _state.HasUnflushedCut = false;
        if (_isComplete && UpTo.MessageOffset > _state.RecoveryPoint)
            _state.SetRecoveryPoint(UpTo.MessageOffset);
        _state.RaiseDurableEnd(UpTo);
    }

    private static LogOffsetMetadata EndOf(LogState state, long upTo) =>
        state.LogEnd is var end && upTo >= end.MessageOffset ? end : new LogOffsetMetadata(upTo);

    private void FlushRecords()
    {
        IsBegun = true;
        _segments[0].FlushRecords();
    }

    private void FlushAll()
    {
        _state.Epochs.Flush();
        IsBegun = true;
        foreach (var segment in _segments)
            segment.Flush();
        FlushProducerSnapshot();
        if (_hasNewFiles)
        {
            FlushTopicId();
            _state.Files.FlushDirectory(_directory);
            _newIndexes.ForEach(static index => index.IsNew = false);
        }
        if (_state.IsFolderNew)
        {
            _state.Files.FlushDirectory(Path.GetDirectoryName(_directory)!);
            _state.IsFolderNew = false;
        }
    }

    // A log with acknowledged records must not lose the id of its topic: after the topic was deleted and created again, the id
    // decides which of two logs belongs to it.
    private void FlushTopicId()
    {
        if (_state.IsTopicIdDurable)
            return;
        FlushSmallFile(Path.Combine(_directory, PartitionMetadataFile.Name));
        _state.IsTopicIdDurable = true;
    }

    private void FlushProducerSnapshot()
    {
        if (_producerSnapshot is not null)
            FlushSmallFile(_producerSnapshot);
    }

    private void FlushSmallFile(string path)
    {
        if (!_state.Files.FileExists(path))
            return;
        using var file = _state.Files.OpenFile(path, FileSystem.StorageFileMode.Open);
        file.Flush();
    }
}
