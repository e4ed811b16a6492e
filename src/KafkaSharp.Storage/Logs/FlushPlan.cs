using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// The files that one flush makes durable, decided under the log's lock, and written to disk without it. The log may be truncated, renamed
/// or deleted in the meantime.
/// </summary>
internal sealed class FlushPlan
{
    private readonly LogState _state;
    private readonly LogSegment[] _segments;
    private readonly string _directory;
    private readonly int _truncations;
    private readonly int _endCuts;
    private readonly List<TransactionIndex> _newIndexes;
    private readonly bool _hasNewFiles;
    private readonly string? _producerSnapshot;

    private FlushPlan(LogState state, long from, long upTo)
    {
        _state = state;
        UpTo = upTo;
        _segments = state.Segments.Between(from, upTo);
        foreach (var segment in _segments)
            segment.WriteOut();
        _directory = state.Directory;
        _truncations = state.Truncations;
        _endCuts = state.EndCuts;
        _newIndexes = [.. _segments.Select(segment => segment.TransactionIndex).Where(index => index.IsNew)];
        _hasNewFiles = _newIndexes.Count > 0 || _segments.Any(segment => segment.BaseOffset >= from);
        _producerSnapshot = state.Producers.LatestSnapshotOffset is { } offset && offset > from
            ? LogFileNames.ProducerSnapshot(_directory, offset)
            : null;
    }

    /// <summary>The offset below which everything is durable afterwards.</summary>
    public long UpTo { get; }

    /// <summary>
    /// Whether the end of the log has stayed: otherwise what was flushed may not be what is there now. Under the log's lock.
    /// </summary>
    public bool IsEndUnchanged => _state.EndCuts == _endCuts;

    /// <summary>Under the log's lock: what to flush up to an offset; null when all of it is durable already.</summary>
    public static FlushPlan? Make(LogState state, long upTo)
    {
        upTo = Math.Min(upTo, state.LogEndOffset);
        var from = state.RecoveryPoint;
        return upTo <= from ? null : new FlushPlan(state, from, upTo);
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
            foreach (var segment in _segments)
                segment.Flush();
            FlushProducerSnapshot();
            _state.Epochs.Flush();
            if (_hasNewFiles)
            {
                _state.Files.FlushDirectory(_directory);
                _newIndexes.ForEach(static index => index.IsNew = false);
            }
            if (_state.IsFolderNew)
            {
                _state.Files.FlushDirectory(Path.GetDirectoryName(_directory)!);
                _state.IsFolderNew = false;
            }
            return true;
        }
        catch (Exception e) when (e is ObjectDisposedException or FileNotFoundException or DirectoryNotFoundException)
        {
            if (_state.HasChangedSince(_truncations) || _state.WasMovedFrom(_directory))
                return false;
            throw;
        }
    }

    private void FlushProducerSnapshot()
    {
        if (_producerSnapshot is null || !_state.Files.FileExists(_producerSnapshot))
            return;
        using var file = _state.Files.OpenFile(_producerSnapshot, FileSystem.StorageFileMode.Open);
        file.Flush();
    }
}
