using KafkaSharp.Storage.Epochs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.ProducerState;
using KafkaSharp.Storage.Segments;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Opens the directory of a log (Kafka's <c>LogLoader</c>): removes files left by deletion and by the cleaner, opens the segments, rebuilds
/// missing indexes, and after an unclean shutdown recovers everything after the recovery point. No other code uses the directory at this
/// time.
/// </summary>
internal sealed class LogLoader(PartitionLogOptions options)
{
    private readonly LogSegments _segments = new();
    private readonly IFileSystem _files = options.FileSystem;
    private readonly string _directory = options.Directory;
    private readonly ILogger _logger = options.Logger;
    private LeaderEpochCache _epochs = null!;
    // The base offset of the first segment whose files were changed. The recovery point must not be above it, so that the next flush makes
    // them durable: see LogTruncation.
    private long _lowestChange = long.MaxValue;

    private bool IsBeingDeleted => _directory.EndsWith(LogFileNames.DeleteDirectorySuffix, StringComparison.Ordinal);

    /// <exception cref="IOException">The disk fails.</exception>
    public static LoadedLog Load(PartitionLogOptions options)
    {
        while (true)
        {
            try
            {
                return new LogLoader(options).Load();
            }
            catch (SegmentOverflowException overflow)
            {
                OverflowedSegment.Divide(options, overflow.BaseOffset);
            }
        }
    }

    private LoadedLog Load()
    {
        try
        {
            return LoadFolder();
        }
        catch
        {
            foreach (var segment in _segments.All)
                segment.CloseFiles();
            throw;
        }
    }

    private LoadedLog LoadFolder()
    {
        var isNew = !_files.DirectoryExists(_directory);
        _files.CreateDirectory(_directory);
        _epochs = LeaderEpochCache.Open(_files, _directory);
        SwapFiles.Complete(options);
        LoadSegments();
        var producers = NewProducerState();
        var (nextOffset, recoveryPoint) = IsBeingDeleted ? (0, 0) : Recover(producers);
        if (_segments.Count == 0)
            _segments.Add(CreateSegment(IsBeingDeleted ? 0 : options.LogStartOffset));

        _epochs.TruncateFromEnd(nextOffset);
        var logStartOffset = Math.Max(options.LogStartOffset, _segments.First.BaseOffset);
        _epochs.TruncateFromStart(options.LogStartOffset);
        // Unflushed segments were removed before a crash, as when a log began again at a later offset. Its new start is shown as the high
        // watermark, which a power failure must not take back.
        if (!options.HadCleanShutdown && _segments.First.BaseOffset > options.RecoveryPoint)
            _files.FlushDirectory(_directory);
        producers.LoadSnapshots(_files.EnumerateFiles(_directory), [.. _segments.Snapshot.Select(segment => segment.BaseOffset)]);
        ProducerReplay.Rebuild(producers, _segments, logStartOffset, nextOffset, NowMs(), options.HadCleanShutdown);
        return new LoadedLog(_segments, producers, _epochs, logStartOffset, nextOffset, recoveryPoint, isNew);
    }

    private void LoadSegments()
    {
        var paths = _files.EnumerateFiles(_directory);
        var names = paths.ToHashSet(StringComparer.Ordinal);
        var ordered = paths.Order(StringComparer.Ordinal).ToArray();
        var last = Array.FindLast(ordered, LogFileNames.IsLog);
        foreach (var path in ordered)
        {
            if (!LogFileNames.TryParseOffset(path, out var baseOffset))
                continue;
            var logPath = LogFileNames.Log(_directory, baseOffset);
            if (LogFileNames.IsIndex(path) && !names.Contains(logPath))
            {
                _logger.OrphanedIndexDeleted(path);
                _files.DeleteFile(path);
            }
            else if (path == logPath)
            {
                LoadSegment(baseOffset, names, isLast: path == last);
            }
        }
    }

    private void LoadSegment(long baseOffset, HashSet<string> names, bool isLast)
    {
        var segment = LogSegment.Open(
            _files, _directory, baseOffset, options.Config, options.Time, options.Config.RandomSegmentJitter(options.Random),
            hasTransactionIndex: names.Contains(LogFileNames.TransactionIndex(_directory, baseOffset)));
        _segments.Add(segment);
        var willBeRecovered = !options.HadCleanShutdown && baseOffset >= options.RecoveryPoint;
        if (!willBeRecovered && !IsBeingDeleted && WhyIndexesAreUnusable(segment, names, isLast) is { } reason)
        {
            _logger.IndexesRebuilt(segment.LogPath, reason);
            segment.RebuildIndexes(_directory, () => RecoverSegment(segment));
        }
    }

    /// <summary>
    /// As in Kafka, the indexes of inactive segments are not opened, because a log with many segments would take long to open. They were
    /// flushed when they were complete.
    /// </summary>
    private string? WhyIndexesAreUnusable(LogSegment segment, HashSet<string> names, bool isLast)
    {
        if (!names.Contains(segment.OffsetIndex.Path))
            return $"{segment.OffsetIndex.Path} is missing";
        if (!names.Contains(segment.TimeIndex.Path))
            return $"{segment.TimeIndex.Path} is missing";
        if (_files.GetLength(segment.OffsetIndex.Path) % OffsetIndex.EntrySize != 0
            || (isLast && !segment.OffsetIndex.IsSane(segment.Size)))
            return $"{segment.OffsetIndex.Path} is corrupt";
        if (_files.GetLength(segment.TimeIndex.Path) % TimeIndex.EntrySize != 0 || (isLast && !segment.TimeIndex.IsSane()))
            return $"{segment.TimeIndex.Path} is corrupt";
        return segment.TransactionIndex.IsSane() ? null : $"{segment.TransactionIndex.Path} is corrupt";
    }

    private (long NextOffset, long RecoveryPoint) Recover(ProducerStateManager producers)
    {
        if (!options.HadCleanShutdown)
            RecoverUnflushed();
        var endOffset = LogEndUnlessBelowStart(producers);
        if (_segments.Count == 0)
            _segments.Add(CreateSegment(options.LogStartOffset));
        if (options.HadCleanShutdown && endOffset is { } end)
            return (end, Math.Min(end, _lowestChange));
        var nextOffset = endOffset ?? _segments.Active.ReadNextOffset();
        return (nextOffset, Math.Min(Math.Min(options.RecoveryPoint, nextOffset), _lowestChange));
    }

    private void RecoverUnflushed()
    {
        var unflushed = _segments.Between(options.RecoveryPoint, long.MaxValue);
        if (unflushed is [var first, ..])
            _lowestChange = first.BaseOffset;
        for (var index = 0; index < unflushed.Length; index++)
        {
            var segment = unflushed[index];
            _logger.RecoveringSegment(
                options.IsRecoveredAlways ? LogLevel.Debug : LogLevel.Information, segment.LogPath, index + 1, unflushed.Length);
            var cut = RecoverSegment(segment, options.RecoveryPoint);
            var next = index + 1 < unflushed.Length ? unflushed[index + 1] : null;
            var end = segment.ReadNextOffset();
            if (cut == 0 && (next is null || IsContinuedBy(next, end)))
                continue;
            _logger.LogCutAtCorruption(segment.LogPath, end, unflushed.Length - index - 1);
            Remove(unflushed[(index + 1)..]);
            return;
        }
    }

    /// <summary>
    /// Whether a segment continues a log that ends at an offset before it. It does not if it begins below this end or with a lower epoch: a
    /// power failure has brought back what a truncation removed. A gap may be one that compaction has left.
    /// </summary>
    private bool IsContinuedBy(LogSegment next, long end) =>
        (next.BaseOffset == end || (next.BaseOffset > end && !options.HasNoGaps))
        && !(next.TryReadHead(0, out var first) && first.PartitionLeaderEpoch >= 0
            && first.PartitionLeaderEpoch < _epochs.EpochForOffset(end - 1));

    /// <summary>
    /// After a crash the log start offset may be beyond the end of the log. All remaining records had been deleted then, and the log
    /// restarts at this offset.
    /// </summary>
    private long? LogEndUnlessBelowStart(ProducerStateManager producers)
    {
        if (_segments.Count == 0)
            return null;
        var active = _segments.Active;
        var endOffset = active.ReadNextOffset(out var corrupt);
        if (corrupt)
        {
            // Left in order, and yet it does not end with a whole batch: what is appended must not get offsets that lie there.
            RecoverSegment(active);
            _lowestChange = Math.Min(_lowestChange, active.BaseOffset);
            endOffset = active.ReadNextOffset();
            _logger.LogCutAtCorruption(active.LogPath, endOffset, 0);
        }
        else if (active.OffsetIndex.HasEntryAtOrAfter(endOffset) || active.TimeIndex.HasEntryAtOrAfter(endOffset))
        {
            // The entries of what is appended would not follow.
            _logger.IndexesRebuilt(active.LogPath, $"an index continues after the end of the log at {endOffset}");
            RecoverSegment(active);
            _lowestChange = Math.Min(_lowestChange, active.BaseOffset);
        }
        if (endOffset >= options.LogStartOffset)
            return endOffset;
        _logger.LogEndsBelowStart(_directory, endOffset, options.LogStartOffset);
        _epochs.Clear();
        producers.TruncateFullyAndStartAt(options.LogStartOffset);
        Remove(_segments.Snapshot);
        return null;
    }

    private int RecoverSegment(LogSegment segment, long unflushedFrom = long.MaxValue)
    {
        var producers = NewProducerState();
        producers.LoadSnapshots(_files.EnumerateFiles(_directory), []);
        ProducerReplay.Rebuild(producers, _segments, options.LogStartOffset, segment.BaseOffset, NowMs(), afterCleanShutdown: false);
        var cut = new SegmentRecovery(segment, unflushedFrom, producers, _epochs, _logger).Run();
        ProducerReplay.TakeSnapshot(producers);
        return cut;
    }

    private void Remove(IReadOnlyCollection<LogSegment> removed)
    {
        _segments.Remove(removed);
        foreach (var segment in removed)
            segment.Delete();
    }

    private ProducerStateManager NewProducerState() =>
        new(_files, options.TopicPartition, _directory, options.ProducerIdExpirationMs, _logger)
        {
            RequiresVerification = options.TransactionVerificationEnabled,
        };

    private LogSegment CreateSegment(long baseOffset) => LogSegment.Create(
        _files, _directory, baseOffset, options.Config, options.Time, options.Config.RandomSegmentJitter(options.Random));

    private long NowMs() => options.Time.GetUtcNow().ToUnixTimeMilliseconds();
}
