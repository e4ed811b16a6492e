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
internal sealed class IndexFile(IFileSystem files, string path, int entrySize, int maxBytes, bool isNew) : IDisposable
{
    private const int MaxTailBytes = 4096;

    private static readonly IndexTail s_empty = new(0, [], 0);

    private readonly Lock _openGate = new();
    private IStorageFile? _file;
    private IndexTail? _tail = isNew ? s_empty : null;
    private string _path = path;
    // Whether the file may have bytes of a write that has failed: entries that a truncation has removed since.
    private bool _hasTornTail;

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
        if ((uint)slot >= (uint)(tail.TotalBytes / entrySize))
            return false;
        var position = slot * entrySize;
        if (position < tail.WrittenBytes)
            return _file!.Read(position, entry[..entrySize]) == entrySize;
        tail.Span.Slice(position - tail.WrittenBytes, entrySize).CopyTo(entry);
        return true;
    }

    public bool TryGetLast(Span<byte> entry) => TryGet(EntryCount - 1, entry);

    /// <summary>
    /// Copies the last entry whose key is at most <paramref name="target"/> and returns its number; -1 if there is none. Entries near the
    /// end are found in memory, others by reading the file: an unreadable sector is an error, whereas in a mapping it ends the process.
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
        return new IndexSearch(_file!, entrySize, tail).FindLastAtMost(key, target, entry);
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
            _file ??= files.OpenFile(_path, StorageFileMode.OpenOrCreate);
            Volatile.Write(ref _tail, s_empty);
            _file.SetLength(0);
            _hasTornTail = false;
        }
    }

    /// <summary>Writes the entries in memory to the file. They are not yet durable.</summary>
    public void WriteOut()
    {
        if (_tail is { Length: > 0 })
            Volatile.Write(ref _tail, WritePending(nextCapacity: 0));
        if (!_hasTornTail)
            return;
        _file!.SetLength(_tail!.WrittenBytes);
        _hasTornTail = false;
    }

    /// <summary>Opens the file if it exists, so that an append need not read it.</summary>
    public void Load() => Tail();

    /// <summary>Creates the file if it does not exist.</summary>
    public void EnsureExists()
    {
        if (_file is not null)
            return;
        lock (_openGate)
        {
            _file ??= files.OpenFile(_path, StorageFileMode.OpenOrCreate);
            _tail ??= ReadTail(_file);
        }
    }

    /// <summary>Renames the file, if it exists. It is not opened at the same time.</summary>
    public void Rename(string path)
    {
        lock (_openGate)
        {
            files.RenameIfExists(_path, path);
            Path = path;
        }
    }

    /// <summary>Deletes the file, and begins an empty one of another name with the next entry.</summary>
    public void StartAgain(string path)
    {
        lock (_openGate)
        {
            _file?.Dispose();
            _file = null;
            _hasTornTail = false;
            files.DeleteFile(_path);
            _path = path;
            Volatile.Write(ref _tail, s_empty);
        }
    }

    /// <summary>Makes the written entries durable.</summary>
    public void Flush() => _file?.Flush();

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
        EnsureExists();
        var tail = _tail!;
        try
        {
            _file!.Write(tail.WrittenBytes, tail.Span);
        }
        catch (IOException)
        {
            _hasTornTail = true;
            throw;
        }
        return new IndexTail(tail.TotalBytes, new byte[nextCapacity], 0);
    }

    private IndexTail Tail() => Volatile.Read(ref _tail) ?? Open();

    /// <summary>A missing file is an empty index, with which a search only takes longer.</summary>
    private IndexTail Open()
    {
        lock (_openGate)
        {
            if (_tail is { } opened)
                return opened;
            try
            {
                _file ??= files.OpenFile(_path, StorageFileMode.Open);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                return s_empty;
            }
            var tail = ReadTail(_file);
            Volatile.Write(ref _tail, tail);
            return tail;
        }
    }

    private IndexTail ReadTail(IStorageFile file) => new(CountEntries(file) * entrySize, [], 0);

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
