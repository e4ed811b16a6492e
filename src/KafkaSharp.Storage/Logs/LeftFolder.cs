using KafkaSharp.Storage.Checkpoints;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// The folder that a log has left for one in another log directory. Readers that began before still use its segments, so they stay open
/// until <see cref="Close"/>. Until it is set aside, the next start may continue with it. Thread-safe.
/// </summary>
/// <param name="files">The file system.</param>
/// <param name="path">Where the folder is.</param>
/// <param name="segments">The segments of the log.</param>
/// <param name="removed">Those that were removed from it, whose files are named <c>.deleted</c>.</param>
/// <param name="endOffset">Where the log ended when it left the folder.</param>
internal sealed class LeftFolder(
    IFileSystem files, string path, IReadOnlyList<LogSegment> segments, IReadOnlyList<LogSegment> removed, long endOffset)
{
    private readonly Lock _gate = new();
    private readonly List<LogSegment> _segments = [.. segments];
    private readonly List<LogSegment> _removed = [.. removed];
    private volatile string _path = path;
    private volatile bool _isSetAside;
    private long _endOffset = endOffset;
    private bool _isClosed;

    public string Path => _path;

    /// <summary>No record in it has this offset or a higher one.</summary>
    public long EndOffset => Volatile.Read(ref _endOffset);

    /// <summary>Whether no start continues with it any more.</summary>
    public bool IsSetAside => _isSetAside;

    /// <exception cref="IOException">The disk fails.</exception>
    public void Rename(string newPath)
    {
        lock (_gate)
        {
            files.Rename(_path, newPath);
            _path = newPath;
            foreach (var segment in _segments.Concat(_removed))
                segment.MovedTo(newPath);
        }
    }

    /// <summary>Renames it to a name with which no start continues.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public void SetAside(string newPath)
    {
        _isSetAside = true;
        Rename(newPath);
    }

    /// <summary>
    /// Removes everything from an offset on, before the log does: otherwise the next start would take the folder for the log, as it ends
    /// later. It is durable on return, because that of the log can be so too before the folder goes. A folder without records also loses
    /// the id of its topic: the log start offset that is saved for it is no more one of the log.
    /// </summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public void TruncateTo(long offset, long logStartOffset)
    {
        lock (_gate)
        {
            if (_isSetAside || _isClosed || offset >= _endOffset)
                return;
            // From the last to the first: after a crash in between, it ends earlier, but has no gap.
            while (_segments is [.., var last] && last.BaseOffset > offset)
            {
                last.ChangeSuffix("", LogFileNames.DeletedSuffix);
                _segments.RemoveAt(_segments.Count - 1);
                _removed.Add(last);
            }
            if (_segments is [.., var cut])
            {
                cut.TruncateTo(offset);
                cut.Flush();
            }
            if (offset <= logStartOffset)
                files.DeleteFile(System.IO.Path.Combine(_path, PartitionMetadataFile.Name));
            files.FlushDirectory(_path);
            Volatile.Write(ref _endOffset, offset);
        }
    }

    /// <summary>Closes the files. A reader that still looks for one notices that the log has moved, and reads again.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            foreach (var segment in _segments.Concat(_removed))
                segment.CloseFiles();
            // The log knows this folder until its next move.
            _segments.Clear();
            _removed.Clear();
        }
    }
}
