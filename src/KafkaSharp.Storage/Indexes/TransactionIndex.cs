using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Indexes;

/// <summary>
/// The aborted transactions whose marker is in a segment (Kafka's <c>TransactionIndex</c>, <c>.txnindex</c>), ordered by marker. The file
/// is created with the first entry. Written under the lock of the log; reading needs no lock.
/// </summary>
/// <remarks>
/// An entry for which the disk has no space stays in memory, since its marker is in the log already, and is written before the next flush
/// and the next roll. A crash before that loses nothing: recovery makes the index of each segment after the recovery point again.
/// </remarks>
public sealed class TransactionIndex : IDisposable
{
    private const int EntriesPerRead = 64;
    private const int WindowBytes = EntriesPerRead * AbortedTransaction.Size;

    private readonly IFileSystem _files;
    private readonly long _baseOffset;
    private readonly Lock _openGate = new();
    private IStorageFile? _file;
    private string _path;
    private bool _absent;
    private long? _lastOffset;
    private AbortedTransaction[] _unwritten = [];

    /// <param name="files">The file system.</param>
    /// <param name="path">The file, which is opened on first use.</param>
    /// <param name="baseOffset">The base offset of the segment.</param>
    /// <param name="exists">Whether the file exists; null: the file system is asked.</param>
    public TransactionIndex(IFileSystem files, string path, long baseOffset, bool? exists = null)
    {
        _files = files;
        _path = path;
        _baseOffset = baseOffset;
        _absent = !(exists ?? files.FileExists(path));
    }

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

    /// <summary>Whether the file was created since the last flush of the directory, so its name is not durable yet.</summary>
    internal bool IsNew { get; set; }

    public int EntryCount => WrittenCount + Volatile.Read(ref _unwritten).Length;

    public long SizeInBytes => (long)EntryCount * AbortedTransaction.Size;

    private int WrittenCount => File is { } file ? (int)(file.Length / AbortedTransaction.Size) : 0;

    private IStorageFile? File
    {
        get
        {
            if (Volatile.Read(ref _absent))
                return null;
            return Volatile.Read(ref _file) ?? Open();
        }
    }

    public AbortedTransaction Entry(int slot)
    {
        var (written, unwritten) = (WrittenCount, _unwritten);
        if (slot >= written && slot < written + unwritten.Length)
            return unwritten[slot - written];
        Span<byte> entry = stackalloc byte[AbortedTransaction.Size];
        if (File is not { } file || file.Read((long)slot * AbortedTransaction.Size, entry) < entry.Length)
            throw new ArgumentOutOfRangeException(nameof(slot));
        return AbortedTransaction.Read(entry);
    }

    /// <exception cref="InvalidOperationException">The marker is not after the last one.</exception>
    public void Append(in AbortedTransaction aborted)
    {
        var count = EntryCount;
        _lastOffset ??= count > 0 ? Entry(count - 1).LastOffset : -1;
        if (aborted.LastOffset <= _lastOffset)
            throw new InvalidOperationException($"{Path}: the marker at {aborted.LastOffset} is not after the last one at {_lastOffset}");
        Volatile.Write(ref _unwritten, [.. _unwritten, aborted]);
        try
        {
            WriteOut();
        }
        catch (IOException e) when (DiskErrors.IsFull(e))
        {
            // Readers find it in memory.
        }
        catch
        {
            Volatile.Write(ref _unwritten, _unwritten[..^1]);
            throw;
        }
        _lastOffset = aborted.LastOffset;
    }

    /// <summary>Writes the entries for which there was no space before.</summary>
    public void WriteOut()
    {
        if (_unwritten is not { Length: > 0 } unwritten)
            return;
        CreateFile();
        var bytes = new byte[unwritten.Length * AbortedTransaction.Size];
        for (var i = 0; i < unwritten.Length; i++)
            unwritten[i].Write(bytes.AsSpan(i * AbortedTransaction.Size));
        _file!.Write((long)WrittenCount * AbortedTransaction.Size, bytes);
        Volatile.Write(ref _unwritten, []);
    }

    /// <summary>
    /// Adds the aborted transactions that overlap [<paramref name="fetchOffset"/>, <paramref name="upperBoundOffset"/>) to a list. True if
    /// no later segment can contain another one.
    /// </summary>
    public bool CollectAborted(long fetchOffset, long upperBoundOffset, List<AbortedTransaction> found)
    {
        // Before the file: an entry that is written in between is then seen twice, and otherwise not at all.
        var unwritten = Volatile.Read(ref _unwritten);
        var firstUnwritten = unwritten.Length > 0 ? unwritten[0].LastOffset : long.MaxValue;
        return CollectWritten(fetchOffset, upperBoundOffset, firstUnwritten, found)
            || Collect(unwritten, fetchOffset, upperBoundOffset, found);
    }

    private bool CollectWritten(long fetchOffset, long upperBoundOffset, long end, List<AbortedTransaction> found)
    {
        if (File is not { Length: > 0 } file)
            return false;
        var entries = new AbortedTransactionReader(file, PositionBefore(file, fetchOffset), stackalloc byte[WindowBytes]);
        while (entries.TryRead(out var aborted) && aborted.LastOffset < end)
        {
            if (Collect([aborted], fetchOffset, upperBoundOffset, found))
                return true;
        }
        return false;
    }

    // Entries are ordered by their markers, and one whose marker is before the fetched offset is of no interest. So of a long index not all
    // is read for each fetch.
    private static long PositionBefore(IStorageFile file, long offset)
    {
        Span<byte> entry = stackalloc byte[AbortedTransaction.Size];
        var (low, high) = (0L, file.Length / AbortedTransaction.Size);
        while (high - low > EntriesPerRead)
        {
            var middle = low + (high - low) / 2;
            if (file.Read(middle * AbortedTransaction.Size, entry) == entry.Length && AbortedTransaction.Read(entry).LastOffset < offset)
                low = middle + 1;
            else
                high = middle;
        }
        return low * AbortedTransaction.Size;
    }

    private static bool Collect(
        ReadOnlySpan<AbortedTransaction> entries, long fetchOffset, long upperBoundOffset, List<AbortedTransaction> found)
    {
        foreach (var aborted in entries)
        {
            if (aborted.LastOffset >= fetchOffset && aborted.FirstOffset < upperBoundOffset)
                found.Add(aborted);
            if (aborted.LastStableOffset >= upperBoundOffset)
                return true;
        }
        return false;
    }

    /// <summary>Removes the transactions whose marker is at or after <paramref name="offset"/>.</summary>
    public void TruncateTo(long offset)
    {
        Volatile.Write(ref _unwritten, Array.FindAll(_unwritten, aborted => aborted.LastOffset < offset));
        _lastOffset = null;
        if (File is not { } file)
            return;
        var count = WrittenCount;
        while (count > 0 && Entry(count - 1).LastOffset >= offset)
            count--;
        file.SetLength((long)count * AbortedTransaction.Size);
    }

    /// <summary>Whether all entries are complete and within this segment.</summary>
    public bool IsSane()
    {
        if (File is not { } file)
            return true;
        if (file.Length % AbortedTransaction.Size != 0)
            return false;
        var entries = new AbortedTransactionReader(file, 0, stackalloc byte[WindowBytes]);
        while (entries.TryRead(out var aborted))
        {
            if (aborted.LastOffset < _baseOffset)
                return false;
        }
        return true;
    }

    public void Reset()
    {
        Volatile.Write(ref _unwritten, []);
        File?.SetLength(0);
        _lastOffset = null;
    }

    /// <summary>Renames the file, if it exists. It is not opened at the same time.</summary>
    public void Rename(string path)
    {
        lock (_openGate)
        {
            _files.RenameIfExists(_path, path);
            Path = path;
        }
    }

    public void Flush() => _file?.Flush();

    public void Dispose()
    {
        lock (_openGate)
            _file?.Dispose();
    }

    private void CreateFile()
    {
        lock (_openGate)
        {
            if (_file is not null)
                return;
            Volatile.Write(ref _file, _files.OpenFile(_path, StorageFileMode.OpenOrCreate));
            IsNew = _absent;
            Volatile.Write(ref _absent, false);
        }
    }

    private IStorageFile Open()
    {
        lock (_openGate)
        {
            if (_file is null)
                Volatile.Write(ref _file, _files.OpenFile(_path, StorageFileMode.Open));
            return _file;
        }
    }
}
