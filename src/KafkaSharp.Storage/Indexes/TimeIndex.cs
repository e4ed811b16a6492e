using System.Buffers.Binary;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Indexes;

/// <summary>
/// The offsets of timestamps (Kafka's <c>TimeIndex</c>, <c>.timeindex</c>): entries of 12 bytes with the largest timestamp so far and the
/// relative last offset of its batch. Written under the lock of the log; lookups need no lock.
/// </summary>
public sealed class TimeIndex : IDisposable
{
    public const int EntrySize = 12;

    private static readonly IndexKey TimestampKey = new(0, IsLong: true);
    private static readonly IndexKey OffsetKey = new(8, IsLong: false);

    private readonly IndexFile _file;

    /// <param name="files">The file system.</param>
    /// <param name="path">The file, which is opened on first use.</param>
    /// <param name="baseOffset">The base offset of the segment.</param>
    /// <param name="maxBytes">segment.index.bytes.</param>
    /// <param name="isNew">Whether the file does not exist, so that it need not be looked for.</param>
    public TimeIndex(IFileSystem files, string path, long baseOffset, int maxBytes, bool isNew = false)
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

    /// <summary>One entry is reserved for the roll of the segment.</summary>
    public bool IsFull => _file.EntryCount >= _file.MaxEntries - 1;

    /// <summary>The last entry; timestamp -1 at the base offset if the index is empty.</summary>
    public TimestampOffset LastEntry
    {
        get
        {
            Span<byte> entry = stackalloc byte[EntrySize];
            return _file.TryGetLast(entry) ? Parse(entry) : new TimestampOffset(-1, BaseOffset);
        }
    }

    public TimestampOffset Entry(int slot)
    {
        Span<byte> entry = stackalloc byte[EntrySize];
        return _file.TryGet(slot, entry) ? Parse(entry) : throw new ArgumentOutOfRangeException(nameof(slot));
    }

    /// <summary>
    /// The last entry whose timestamp is at most <paramref name="targetTimestamp"/>; timestamp -1 at the base offset if there is none.
    /// </summary>
    public TimestampOffset Lookup(long targetTimestamp)
    {
        Span<byte> entry = stackalloc byte[EntrySize];
        return _file.FindLastAtMost(TimestampKey, targetTimestamp, entry) < 0 ? new TimestampOffset(-1, BaseOffset) : Parse(entry);
    }

    /// <summary>Adds an entry if the timestamp is greater than the last one.</summary>
    /// <exception cref="InvalidOperationException">
    /// Offset or timestamp is less than that of the last entry, or the index is full.
    /// </exception>
    public void MaybeAppend(long timestamp, long offset, bool skipFullCheck = false)
    {
        if (!skipFullCheck && IsFull)
            throw new InvalidOperationException($"{Path} is full with {EntryCount} entries");
        var last = LastEntry;
        if (EntryCount > 0 && (offset < last.Offset || timestamp < last.Timestamp))
            throw new InvalidOperationException(
                $"{Path}: ({timestamp}, {offset}) is less than the last entry ({last.Timestamp}, {last.Offset})");
        if (timestamp <= last.Timestamp)
            return;
        Span<byte> entry = stackalloc byte[EntrySize];
        BinaryPrimitives.WriteInt64BigEndian(entry, timestamp);
        BinaryPrimitives.WriteInt32BigEndian(entry[8..], checked((int)(offset - BaseOffset)));
        _file.Append(entry);
    }

    /// <summary>Removes the entries at or after <paramref name="offset"/>.</summary>
    public void TruncateTo(long offset)
    {
        Span<byte> entry = stackalloc byte[EntrySize];
        _file.Truncate(_file.FindLastAtMost(OffsetKey, offset - BaseOffset - 1, entry) + 1);
    }

    /// <summary>Whether the file is a plausible time index of this segment.</summary>
    public bool IsSane() =>
        EntryCount == 0 || (LastEntry is var last && last.Offset >= BaseOffset && last.Timestamp >= Entry(0).Timestamp);

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

    private TimestampOffset Parse(ReadOnlySpan<byte> entry) =>
        new(BinaryPrimitives.ReadInt64BigEndian(entry), BaseOffset + BinaryPrimitives.ReadInt32BigEndian(entry[8..]));
}
