using System.Buffers.Binary;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Indexes;

/// <summary>
/// The positions of offsets in the file of a segment (Kafka's <c>OffsetIndex</c>, <c>.index</c>): entries of 8 bytes with the offset
/// relative to the base offset and the position of the batch that ends with it. One entry per index.interval.bytes. Written under the lock
/// of the log; lookups need no lock.
/// </summary>
public sealed class OffsetIndex : IDisposable
{
    public const int EntrySize = 8;

    private static readonly IndexKey OffsetKey = new(0, IsLong: false);
    private static readonly IndexKey PositionKey = new(4, IsLong: false);

    private readonly IndexFile _file;

    /// <param name="files">The file system.</param>
    /// <param name="path">The file, which is opened on first use.</param>
    /// <param name="baseOffset">The base offset of the segment.</param>
    /// <param name="maxBytes">segment.index.bytes.</param>
    /// <param name="isNew">Whether the file does not exist, so that it need not be looked for.</param>
    public OffsetIndex(IFileSystem files, string path, long baseOffset, int maxBytes, bool isNew = false)
    {
        BaseOffset = baseOffset;
        _file = new IndexFile(files, path, EntrySize, maxBytes, isNew);
    }

    public long BaseOffset { get; }

    public string Path
    {
        get => _file.Path;
        set => _file.Path = value;
    }

    public int EntryCount => _file.EntryCount;

    public long SizeInBytes => _file.SizeInBytes;

    public bool IsFull => _file.EntryCount >= _file.MaxEntries;

    /// <summary>The last offset in the index; the base offset if it is empty.</summary>
    public long LastOffset => LastEntry.Offset;

    public OffsetPosition LastEntry
    {
        get
        {
            Span<byte> entry = stackalloc byte[EntrySize];
            return _file.TryGetLast(entry) ? Parse(entry) : new OffsetPosition(BaseOffset, 0);
        }
    }

    public OffsetPosition Entry(int slot)
    {
        Span<byte> entry = stackalloc byte[EntrySize];
        return _file.TryGet(slot, entry) ? Parse(entry) : throw new ArgumentOutOfRangeException(nameof(slot));
    }

    /// <summary>
    /// The last entry whose offset is at most <paramref name="targetOffset"/>; the start of the segment if there is none.
    /// </summary>
    public OffsetPosition Lookup(long targetOffset)
    {
        Span<byte> entry = stackalloc byte[EntrySize];
        return _file.FindLastAtMost(OffsetKey, targetOffset - BaseOffset, entry) < 0 ? new OffsetPosition(BaseOffset, 0) : Parse(entry);
    }

    /// <summary>
    /// The offset of the first entry at least <paramref name="fetchSize"/> bytes after a position; null if there is none.
    /// </summary>
    public long? FetchUpperBoundOffset(int position, int fetchSize)
    {
        Span<byte> entry = stackalloc byte[EntrySize];
        var end = (long)position + fetchSize;
        var before = _file.FindLastAtMost(PositionKey, end - 1, entry);
        // The index may have been truncated and appended to meanwhile, so that another entry has this number.
        return _file.TryGet(before + 1, entry) && Parse(entry) is var next && next.Position >= end ? next.Offset : null;
    }

    /// <exception cref="InvalidOperationException">
    /// The offset is not greater than the last one, or the index is full and the segment must be rolled.
    /// </exception>
    public void Append(long offset, int position)
    {
        if (IsFull)
            throw new InvalidOperationException($"{Path} is full with {EntryCount} entries");
        if (EntryCount > 0 && offset <= LastOffset)
            throw new InvalidOperationException($"{Path}: offset {offset} is not greater than the last offset {LastOffset}");
        Span<byte> entry = stackalloc byte[EntrySize];
        BinaryPrimitives.WriteInt32BigEndian(entry, checked((int)(offset - BaseOffset)));
        BinaryPrimitives.WriteInt32BigEndian(entry[4..], position);
        _file.Append(entry);
    }

    /// <summary>Removes the entries at or after <paramref name="offset"/>.</summary>
    public void TruncateTo(long offset)
    {
        Span<byte> entry = stackalloc byte[EntrySize];
        _file.Truncate(_file.FindLastAtMost(OffsetKey, offset - BaseOffset - 1, entry) + 1);
    }

    /// <summary>Whether the file is a plausible index of this segment: the last entry is within the segment.</summary>
    public bool IsSane(int segmentSize) =>
        EntryCount == 0 || (LastEntry is var last && last.Offset >= BaseOffset && (uint)last.Position < (uint)segmentSize);

    /// <summary>Whether the last entry is that of an offset or a later one.</summary>
    internal bool HasEntryAtOrAfter(long offset) => EntryCount > 0 && LastEntry.Offset >= offset;

    public void Reset() => _file.Reset();

    public void WriteOut() => _file.WriteOut();

    public void Load() => _file.Load();

    public void EnsureExists() => _file.EnsureExists();

    public void Rename(string path) => _file.Rename(path);

    internal void StartAgain(string path) => _file.StartAgain(path);

    public void Flush() => _file.Flush();

    public void Dispose() => _file.Dispose();

    private OffsetPosition Parse(ReadOnlySpan<byte> entry) =>
        new(BaseOffset + BinaryPrimitives.ReadInt32BigEndian(entry), BinaryPrimitives.ReadInt32BigEndian(entry[4..]));
}
