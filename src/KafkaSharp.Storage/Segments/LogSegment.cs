using System.Buffers;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Indexes;

namespace KafkaSharp.Storage.Segments;

/// <summary>
/// One segment of a log: the batches from a base offset on in a <c>.log</c> file, and its indexes. The log's lock guards every change;
/// reads take no lock and see what is published.
/// </summary>
public sealed class LogSegment : IDisposable
{
    private readonly IFileSystem _files;
    private readonly IStorageFile _log;
    private readonly SegmentFiles _allFiles;
    private readonly TimeProvider _time;
    private readonly int _indexIntervalBytes;
    private Published<TimestampOffset> _maxTimestamp = new(TimestampOffset.Unknown);
    private int _size;
    // Whether the files lack something that is written when the segment becomes inactive. A segment that was not changed is not opened
    // for this.
    private bool _isChanged;
    // Whether the file may have bytes of a write that has failed, beyond the length that the file has for this process.
    private bool _hasTornTail;
    private int _bytesSinceLastIndexEntry;
    private long _created;
    private long _firstTimestamp = long.MinValue;

    private LogSegment(
        IFileSystem files, string directory, long baseOffset, LogConfig config, TimeProvider time, long rollJitterMs, string suffix,
        StorageFileMode mode, bool? hasTransactionIndex)
    {
        var isNew = mode == StorageFileMode.Create;
        _files = files;
        _time = time;
        _indexIntervalBytes = config.IndexInterval;
        BaseOffset = baseOffset;
        RollJitterMs = rollJitterMs;
        _created = NowMs();
        _log = files.OpenFile(LogFileNames.Log(directory, baseOffset, suffix), mode, config.SegmentSize);
        OffsetIndex = new OffsetIndex(
            files, LogFileNames.OffsetIndex(directory, baseOffset, suffix), baseOffset, config.MaxIndexSize, isNew);
        TimeIndex = new TimeIndex(files, LogFileNames.TimeIndex(directory, baseOffset, suffix), baseOffset, config.MaxIndexSize, isNew);
        TransactionIndex = new TransactionIndex(
            files, LogFileNames.TransactionIndex(directory, baseOffset, suffix), baseOffset, hasTransactionIndex);
        _allFiles = new SegmentFiles(files, _log, OffsetIndex, TimeIndex, TransactionIndex);
        try
        {
            if (_log.Length > int.MaxValue)
                throw new IOException($"{_log.Path} has {_log.Length} bytes; a segment has at most {int.MaxValue}");
            _size = (int)_log.Length;
            _isChanged = isNew;
            // A segment of the cleaner has its final size at once.
            if (isNew && suffix.Length == 0 && config.InitialFileSize > _size)
                _log.SetLength(config.InitialFileSize);
        }
        catch
        {
            _log.Dispose();
            // Otherwise the next start would take the file for the last segment.
            if (isNew)
                files.DeleteFile(_log.Path);
            throw;
        }
    }

    public long BaseOffset { get; }

    public OffsetIndex OffsetIndex { get; }

    public TimeIndex TimeIndex { get; }

    public TransactionIndex TransactionIndex { get; }

    /// <summary>How much earlier than segment.ms this segment rolls, in milliseconds.</summary>
    public long RollJitterMs { get; }

    public string LogPath => _log.Path;

    /// <summary>The size of the batches in bytes.</summary>
    public int Size => Volatile.Read(ref _size);

    /// <summary>When the file was last written, in milliseconds since 1970.</summary>
    public long LastModified
    {
        get => _files.GetLastModified(_log.Path);
        internal set => _files.SetLastModified(_log.Path, value);
    }

    /// <summary>
    /// The largest timestamp and the last offset of its batch; from the time index when nothing was appended since the segment was opened.
    /// </summary>
    public TimestampOffset MaxTimestampAndOffset =>
        _maxTimestamp.Value is var known && known != TimestampOffset.Unknown ? known : TimeIndex.LastEntry;

    /// <summary>The largest timestamp, or when the file was last written if no batch has a timestamp.</summary>
    public long LargestTimestamp => MaxTimestampAndOffset.Timestamp is >= 0 and var largest ? largest : LastModified;

    /// <summary>Opens a segment. The log file must exist. The files are opened when they are used.</summary>
    public static LogSegment Open(
        IFileSystem files, string directory, long baseOffset, LogConfig config, TimeProvider time, long rollJitterMs, string suffix = "",
        bool? hasTransactionIndex = null) =>
        new(files, directory, baseOffset, config, time, rollJitterMs, suffix, StorageFileMode.Open, hasTransactionIndex);

    /// <summary>Creates an empty segment; existing files of its names are deleted first.</summary>
    public static LogSegment Create(
        IFileSystem files, string directory, long baseOffset, LogConfig config, TimeProvider time, long rollJitterMs, string suffix = "")
    {
        SegmentFiles.Delete(files, directory, baseOffset, suffix);
        return new LogSegment(
            files, directory, baseOffset, config, time, rollJitterMs, suffix, StorageFileMode.Create, hasTransactionIndex: false)
        {
            _size = 0,
        };
    }

    /// <summary>Whether an offset can be stored relative to the base offset.</summary>
    public bool CanHold(long offset) => CanHold(BaseOffset, offset);

    /// <summary>Whether the indexes of a segment with this base offset can name an offset.</summary>
    internal static bool CanHold(long baseOffset, long offset) => offset >= baseOffset && offset - baseOffset <= int.MaxValue;

    internal bool ShouldRoll(in RollParameters roll)
    {
        var size = Size;
        var reachedRollMs = TimeWaitedForRoll(roll.NowMs, roll.MaxTimestampInMessages) > roll.MaxSegmentMs - RollJitterMs;
        return size > roll.MaxSegmentBytes - roll.MessagesSize
            || (size > 0 && reachedRollMs)
            || OffsetIndex.IsFull || TimeIndex.IsFull
            || !CanHold(roll.MaxOffsetInMessages);
    }

    /// <summary>The age of the segment in milliseconds, by the timestamps of its batches, or by the clock if they have none.</summary>
    internal long TimeWaitedForRoll(long nowMs, long messageTimestamp)
    {
        if (_firstTimestamp == long.MinValue && Size > 0)
            _firstTimestamp = ReadFirstBatchTimestamp();
        return _firstTimestamp >= 0 ? messageTimestamp - _firstTimestamp : nowMs - _created;
    }

    /// <summary>Appends batches that have their offsets, and an index entry after every index.interval.bytes.</summary>
    /// <exception cref="IOException">Nothing was appended.</exception>
    public void Append(ReadOnlyMemory<byte> records, long lastOffset)
    {
        if (!CanHold(lastOffset))
            throw new InvalidOperationException($"Offset {lastOffset} does not fit into the segment with base offset {BaseOffset}");
        // What may fail comes before the write: the next append would otherwise get the offsets of records that are in the file. The files
        // of new indexes are not created before there is something to flush: for many partitions that would be most of the work.
        OffsetIndex.Load();
        TimeIndex.Load();
        _isChanged = true;
        var max = MaxTimestampAndOffset;
        var position = _size;
        try
        {
            _log.Write(position, records.Span);
        }
        catch (IOException)
        {
            _hasTornTail = true;
            throw;
        }
        Volatile.Write(ref _size, position + records.Length);
        IndexBatches(records.Span, position, max);
    }

    public void AppendAborted(in AbortedTransaction aborted) => TransactionIndex.Append(aborted);

    /// <summary>Reads the head of the batch at a position; false at the end, and when there is no whole batch.</summary>
    internal bool TryReadHead(int position, out BatchHead head) => TryReadHead(position, Size, out head, out _);

    /// <summary>The largest timestamp of the first batch, in milliseconds since 1970; -1 if it has none or there is no batch.</summary>
    internal long ReadFirstBatchTimestamp() => TryReadHead(0, out var first) ? first.MaxTimestamp : -1;

    internal bool TryReadHead(int position, int end, out BatchHead head, out bool corrupt)
    {
        Span<byte> bytes = stackalloc byte[BatchHead.Bytes];
        bytes = bytes[..Math.Clamp(end - position, 0, bytes.Length)];
        var read = _log.Read(position, bytes);
        return BatchHead.TryParse(bytes[..read], position, end, out head, out corrupt);
    }

    /// <summary>
    /// The first batch whose last offset is at least <paramref name="offset"/>; null when there is none, or when a batch before it is not
    /// whole, with <paramref name="corrupt"/> set.
    /// </summary>
    internal SegmentRead? Find(long offset, out bool corrupt)
    {
        corrupt = false;
        var size = Size;
        var position = OffsetIndex.Lookup(offset).Position;
        if (position >= size)
            position = 0;
        while (TryReadHead(position, size, out var head, out _))
        {
            if (head.LastOffset >= offset)
                return new SegmentRead(position, head.SizeInBytes, head.LastOffset);
            position = head.End;
        }
        corrupt = position < size;
        return null;
    }

    /// <summary>Borrows bytes of the log file, fewer at its end.</summary>
    public BorrowedBytes Borrow(int position, int length) => _log.Borrow(position, Math.Clamp(Size - position, 0, length));

    /// <summary>Copies bytes of the log file, fewer at its end.</summary>
    internal int Read(int position, Span<byte> destination) => _log.Read(position, destination);

    /// <summary>
    /// The same bytes as <see cref="Borrow"/>, copied into pooled memory: for callers that parse them, so that an unreadable sector is an
    /// <see cref="IOException"/> and not the end of the process.
    /// </summary>
    internal BorrowedBytes Copy(int position, int length)
    {
        var array = ArrayPool<byte>.Shared.Rent(length);
        var lease = new PooledLease(array);
        try
        {
            return new BorrowedBytes(array.AsMemory(0, _log.Read(position, array.AsSpan(0, length))), lease);
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    /// <summary>
    /// An offset above all that a read of <paramref name="size"/> bytes at a position can return; null beyond the last index entry.
    /// </summary>
    public long? FetchUpperBoundOffset(int position, int size) => OffsetIndex.FetchUpperBoundOffset(position, size);

    /// <summary>The offset after the last batch; the base offset of an empty segment.</summary>
    public long ReadNextOffset() => ReadNextOffset(out _);

    /// <summary>The same; <paramref name="corrupt"/> is set when the file does not end with a whole batch.</summary>
    internal long ReadNextOffset(out bool corrupt)
    {
        var next = BaseOffset;
        var size = Size;
        var position = OffsetIndex.LastEntry.Position;
        if (position >= size)
            position = 0;
        while (TryReadHead(position, size, out var head, out _))
        {
            next = head.LastOffset + 1;
            position = head.End;
        }
        corrupt = position < size;
        return next;
    }

    /// <summary>Removes the batches from the one that contains <paramref name="offset"/> on; returns the number of bytes.</summary>
    /// <exception cref="IOException">A batch before it is not whole, so that it cannot be found.</exception>
    public int TruncateTo(long offset)
    {
        var position = PositionToTruncate(offset);
        _isChanged = true;
        OffsetIndex.TruncateTo(offset);
        TimeIndex.TruncateTo(offset);
        TransactionIndex.TruncateTo(offset);
        var removed = Size - position;
        TruncateBytes(position);
        if (position == 0)
        {
            _created = NowMs();
            _firstTimestamp = long.MinValue;
        }
        _bytesSinceLastIndexEntry = 0;
        // Also after a restart, when it was not known: the time index has no entry for every batch.
        _maxTimestamp.Value = ReadLargestTimestamp();
        return removed;
    }

    /// <summary>Fails as <see cref="TruncateTo"/> would, before anything is changed.</summary>
    internal void CheckTruncation(long offset) => PositionToTruncate(offset);

    private int PositionToTruncate(long offset)
    {
        var position = Find(offset, out var corrupt)?.Position ?? Size;
        return corrupt
            ? throw new IOException($"{LogPath} cannot be truncated to offset {offset}: a batch before it is not whole")
            : position;
    }

    /// <summary>
    /// Called when the next segment becomes active: writes the last timestamp to the time index and trims the files to their contents.
    /// </summary>
    /// <returns>Whether the file of the records is shorter now.</returns>
    public bool OnBecomeInactive()
    {
        if (!_isChanged)
            return false;
        AddLastTimestamp();
        WriteOut();
        var isTrimmed = TrimLog();
        _isChanged = false;
        return isTrimmed;
    }

    /// <summary>
    /// Writes the last timestamp to the time index, so that the next flush makes it durable; false if it is there already.
    /// </summary>
    internal bool WriteLastTimestamp()
    {
        if (!_isChanged || !AddLastTimestamp())
            return false;
        TimeIndex.WriteOut();
        return true;
    }

    /// <summary>
    /// Removes what a failed write has left behind the last record, so that the next flush makes it durable; false if there is nothing.
    /// </summary>
    internal bool RemoveTornTail() => _hasTornTail && TrimLog();

    private bool AddLastTimestamp()
    {
        var before = TimeIndex.EntryCount;
        var max = MaxTimestampAndOffset;
        if (max.Timestamp >= 0)
            TimeIndex.MaybeAppend(max.Timestamp, max.Offset, skipFullCheck: true);
        return TimeIndex.EntryCount > before;
    }

    /// <summary>
    /// Makes the indexes again, so that after a power failure they are there as a whole or missing: a part of an index that was trusted
    /// would be trusted again.
    /// </summary>
    /// <param name="directory">The folder.</param>
    /// <param name="recover">Makes their entries.</param>
    internal void RebuildIndexes(string directory, Action recover) => _allFiles.RebuildIndexes(directory, () =>
    {
        recover();
        WriteOut();
    });

    /// <summary>Makes the records durable, without the indexes.</summary>
    internal void FlushRecords() => _allFiles.FlushRecords();

    /// <summary>Makes everything durable.</summary>
    public void Flush() => _allFiles.Flush();

    /// <summary>Writes the index entries that are still in memory; under the log's lock.</summary>
    public void WriteOut()
    {
        OffsetIndex.EnsureExists();
        TimeIndex.EnsureExists();
        OffsetIndex.WriteOut();
        TimeIndex.WriteOut();
        TransactionIndex.WriteOut();
    }

    /// <summary>Renames the files from one suffix to another, as for deletion; missing ones are ignored.</summary>
    public void ChangeSuffix(string from, string to) => _allFiles.ChangeSuffix(from, to);

    /// <summary>Takes a suffix from the names of the files, of which only some may have it.</summary>
    internal void RemoveSuffix(string suffix) => _allFiles.RemoveSuffix(suffix);

    /// <summary>Sets the paths of the files after the folder was renamed.</summary>
    public void MovedTo(string directory) => _allFiles.MovedTo(directory);

    /// <summary>Closes and deletes the files. Bytes that readers hold stay readable.</summary>
    public void Delete() => _allFiles.Delete();

    /// <summary>Closes in order: index entries in memory are written, and the files are trimmed to their contents.</summary>
    public void Dispose()
    {
        try
        {
            OnBecomeInactive();
        }
        finally
        {
            CloseFiles();
        }
    }

    /// <summary>Closes the files as they are.</summary>
    public void CloseFiles() => _allFiles.Close();

    /// <summary>Empties the indexes, to rebuild them with <see cref="IndexBatches"/>.</summary>
    internal void ResetIndexes()
    {
        _isChanged = true;
        OffsetIndex.Reset();
        TimeIndex.Reset();
        TransactionIndex.Reset();
        _maxTimestamp.Value = TimestampOffset.Unknown;
        _bytesSinceLastIndexEntry = 0;
    }

    /// <summary>Adds batches to the indexes.</summary>
    /// <param name="batches">Whole batches.</param>
    /// <param name="position">Where they begin in the file.</param>
    /// <param name="max"><see cref="MaxTimestampAndOffset"/> before them.</param>
    internal void IndexBatches(ReadOnlySpan<byte> batches, int position, TimestampOffset max)
    {
        var start = position;
        while (BatchHead.TryParse(batches[(position - start)..], position, start + batches.Length, out var head, out _))
        {
            if (head.MaxTimestamp > max.Timestamp)
                max = new TimestampOffset(head.MaxTimestamp, head.LastOffset);
            // One append of many batches can fill an index; the next append rolls.
            if (_bytesSinceLastIndexEntry > _indexIntervalBytes && !OffsetIndex.IsFull && !TimeIndex.IsFull
                && TryAddIndexEntries(head.LastOffset, position, max))
                _bytesSinceLastIndexEntry = 0;
            _bytesSinceLastIndexEntry += head.SizeInBytes;
            position = head.End;
        }
        _maxTimestamp.Value = max;
    }

    /// <summary>Truncates the file.</summary>
    internal void TruncateBytes(int size)
    {
        Volatile.Write(ref _size, Math.Min(_size, size));
        TrimLog();
    }

    // In a segment that is followed by another one, recovery takes what is not whole for a fault, and removes all after it.
    private bool TrimLog()
    {
        if (_log.Length == _size && !_hasTornTail)
            return false;
        _log.SetLength(_size);
        _hasTornTail = false;
        return true;
    }

    /// <summary>
    /// Adds an entry to each index; false when the last one cannot be read. The records are in the log already, and a search that lacks an
    /// entry only takes longer: the next batch gets one.
    /// </summary>
    private bool TryAddIndexEntries(long lastOffset, int position, in TimestampOffset max)
    {
        try
        {
            OffsetIndex.Append(lastOffset, position);
            TimeIndex.MaybeAppend(max.Timestamp, max.Offset);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private TimestampOffset ReadLargestTimestamp()
    {
        var largest = TimeIndex.LastEntry;
        var position = OffsetIndex.Lookup(largest.Offset).Position;
        while (TryReadHead(position, out var head))
        {
            if (head.MaxTimestamp > largest.Timestamp)
                largest = new TimestampOffset(head.MaxTimestamp, head.LastOffset);
            position = head.End;
        }
        return largest;
    }

    private long NowMs() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
