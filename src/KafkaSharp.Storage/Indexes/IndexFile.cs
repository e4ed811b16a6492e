using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Indexes;

/// <summary>
/// An append-only file of fixed-size entries in ascending order. One writer, under the lock of the log; readers need no lock. Opened on
/// first use.
/// </summary>
/// <remarks>
/// Kafka writes index entries through a mapping of a file that is preallocated to segment.index.bytes; on a full disk, such a write raises
/// SIGBUS. Here new entries are kept in memory, up to a page, and written with one call when the page is full and before every flush, roll
/// and close. Entries that are lost in a crash are rebuilt: recovery rebuilds the index of every segment after the recovery point, and the
/// segments before it were flushed. The file contains only entries, so it needs no trimming.
/// </remarks>
internal sealed class IndexFile(IFileSystem files, string path, int entrySize, int maxBytes) : IDisposable
{
    private const int MaxTailBytes = 4096;

    private readonly Lock _openGate = new();
    private IStorageFile? _file;
    private IndexTail? _tail;
    private string _path = path;

    public string Path
    {
        get => _path;
        set
        {
            lock (_openGate)
            {
                _path = value;
                if (_file is { } file)
                    file.Path = value;
            }
        }
    }

    public int EntryCount => Tail().TotalBytes / entrySize;

    /// <summary>The number of entries that segment.index.bytes allows.</summary>
    public int MaxEntries => maxBytes / entrySize;

    public long SizeInBytes => Tail().TotalBytes;

    /// <summary>Copies an entry. False if it does not exist.</summary>
    public bool TryGet(int slot, Span<byte> entry)
    {
        var tail = Tail();
        var position = slot * entrySize;
        if (slot < 0 || position + entrySize > tail.TotalBytes)
            return false;
        if (position < tail.WrittenBytes)
            return _file!.Read(position, entry[..entrySize]) == entrySize;
        tail.Span.Slice(position - tail.WrittenBytes, entrySize).CopyTo(entry);
        return true;
    }

    public bool TryGetLast(Span<byte> entry) => TryGet(EntryCount - 1, entry);

    /// <summary>
    /// Copies the last entry whose key is at most <paramref name="target"/> and returns its number; -1 if there is none. Entries near the
    /// end are found in memory, others in the mapping of the file.
    /// </summary>
    public int FindLastAtMost(in IndexKey key, long target, Span<byte> entry)
    {
        var tail = Tail();
        var recent = tail.Span;
        if (recent.Length > 0 && key.Of(recent) <= target)
        {
            var slot = key.LastAtMost(recent, entrySize, target);
            recent.Slice(slot * entrySize, entrySize).CopyTo(entry);
            return tail.WrittenBytes / entrySize + slot;
        }
        if (tail.WrittenBytes == 0)
            return -1;
        using var written = _file!.Borrow(0, tail.WrittenBytes);
        var found = key.LastAtMost(written.Span, entrySize, target);
        if (found >= 0)
            written.Span.Slice(found * entrySize, entrySize).CopyTo(entry);
        return found;
    }

    public void Append(ReadOnlySpan<byte> entry)
    {
        var tail = Tail();
        if (tail.TryAppend(entry))
            return;
        tail = (tail.Length + entrySize > MaxTailBytes ? TryWritePending() : null) ?? tail.Grow(entrySize);
        tail.TryAppend(entry);
        Volatile.Write(ref _tail, tail);
    }

    /// <summary>Truncates the index to its first entries.</summary>
    public void Truncate(int entryCount)
    {
        var tail = Tail();
        var bytes = entryCount * entrySize;
        if (bytes >= tail.TotalBytes)
            return;
        if (bytes >= tail.WrittenBytes)
        {
            var kept = tail.Span[..(bytes - tail.WrittenBytes)].ToArray();
            Volatile.Write(ref _tail, new IndexTail(tail.WrittenBytes, kept, kept.Length));
            return;
        }
        Volatile.Write(ref _tail, new IndexTail(bytes, [], 0));
        _file!.SetLength(bytes);
    }

    /// <summary>Removes all entries.</summary>
    public void Reset()
    {
        lock (_openGate)
        {
            _file ??= files.OpenFile(_path, StorageFileMode.OpenOrCreate, maxBytes);
            Volatile.Write(ref _tail, new IndexTail(0, [], 0));
            _file.SetLength(0);
        }
    }

    /// <summary>Writes the entries in memory to the file. They are not yet durable.</summary>
    public void WriteOut()
    {
        if (_tail is { Length: > 0 })
            Volatile.Write(ref _tail, WritePending(nextCapacity: 0));
    }

    /// <summary>Creates the file if it is not open and does not exist.</summary>
    public void EnsureExists() => Tail();

    /// <summary>Makes the written entries durable.</summary>
    public void Flush() => _file?.Flush();

    public bool ReleaseIdleMapping() => _file?.ReleaseIdleMapping() ?? false;

    public void Dispose()
    {
        lock (_openGate)
        {
            _file?.Dispose();
        }
    }

    /// <summary>
    /// A full disk must not fail an append whose records are written. The entries stay in memory, and the next flush or roll reports the
    /// error.
    /// </summary>
    private IndexTail? TryWritePending()
    {
        try
        {
            return WritePending(MaxTailBytes);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private IndexTail WritePending(int nextCapacity)
    {
        var tail = _tail!;
        _file!.Write(tail.WrittenBytes, tail.Span);
        return new IndexTail(tail.TotalBytes, new byte[nextCapacity], 0);
    }

    private IndexTail Tail() => Volatile.Read(ref _tail) ?? Open();

    private IndexTail Open()
    {
        lock (_openGate)
        {
            if (_tail is { } opened)
                return opened;
            _file ??= files.OpenFile(_path, StorageFileMode.OpenOrCreate, maxBytes);
            var tail = new IndexTail(CountEntries(_file) * entrySize, [], 0);
            Volatile.Write(ref _tail, tail);
            return tail;
        }
    }

    /// <summary>A killed Kafka broker leaves its index preallocated. Zeros after the last entry are not entries.</summary>
    private int CountEntries(IStorageFile file)
    {
        var low = 0;
        var high = (int)Math.Min(file.Length / entrySize, int.MaxValue / entrySize);
        Span<byte> entry = stackalloc byte[entrySize];
        if (high == 0 || (file.Read((long)(high - 1) * entrySize, entry) == entrySize && entry.ContainsAnyExcept((byte)0)))
            return high;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            file.Read((long)middle * entrySize, entry);
            if (entry.ContainsAnyExcept((byte)0))
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
