using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace KafkaSharp.Storage.FileSystem;

/// <summary>
/// A file of the operating system. <see cref="Borrow"/> returns bytes of a mapping, which is created on first use if the system supports
/// it.
/// </summary>
/// <remarks>
/// A reader never causes a fault (SIGBUS): a borrower first acquires the mapping and then reads <see cref="Length"/>; a truncation first
/// publishes the smaller length and then retires the mapping. So either the borrower sees the smaller length, or the truncation sees the
/// reference of the borrower, to this mapping or to one that was retired before. In the second case the file is not shortened: the
/// remaining bytes are copied to a new file, which is renamed over the old one, and the borrower keeps the old inode.
/// </remarks>
internal sealed class PhysicalFile : IStorageFile
{
    /// <summary>The suffix of the copy that replaces a truncated file. It remains only after a crash.</summary>
    public const string TruncatedSuffix = ".truncated";

    private const int SmallestMapping = 1 << 20;

    private readonly Lock _mappingGate = new();
    private readonly long _expectedLength;
    private SafeFileHandle _handle;
    // Kept open until the file is disposed, because a reader or a flush may still use them.
    private List<SafeFileHandle>? _replaced;
    private MappedMemoryManager? _mapping;
    // Retired mappings of this file that leases still reference.
    private List<MappedMemoryManager>? _retired;
    private long _length;
    // The number of changes. It starts at 1 for unflushed writes of an earlier process.
    private long _changes = 1;
    private long _flushedChanges;
    private bool _borrowed;

    public PhysicalFile(string path, SafeFileHandle handle, long expectedLength)
    {
        Path = path;
        _handle = handle;
        _expectedLength = Math.Min(expectedLength, int.MaxValue);
        _length = OpenFile.GetLength(handle);
    }

    public string Path { get; set; }

    public long Length => Volatile.Read(ref _length);

    public int Read(long offset, Span<byte> destination)
    {
        var available = Length - offset;
        if (available <= 0)
            return 0;
        if (available < destination.Length)
            destination = destination[..(int)available];
        var handle = Volatile.Read(ref _handle);
        var total = 0;
        while (total < destination.Length)
        {
            var read = OpenFile.Read(handle, destination[total..], offset + total);
            if (read == 0)
                break;
            total += read;
        }
        return total;
    }

    public void Write(long offset, ReadOnlySpan<byte> source)
    {
        try
        {
            OpenFile.Write(_handle, source, offset);
        }
        catch (IOException)
        {
            Changed();
            ForgetTornTail();
            throw;
        }
        Changed();
        Publish(offset + source.Length);
    }

    public void SetLength(long length)
    {
        if (length >= _length)
        {
            OpenFile.SetLength(_handle, length);
            Changed();
            Publish(length);
            return;
        }
        lock (_mappingGate)
        {
            Interlocked.Exchange(ref _length, length);
            Retire(null);
            if (_retired is null or [])
                OpenFile.SetLength(_handle, length);
            else
                ReplaceByCopy(length);
            Changed();
        }
    }

    /// <summary>
    /// Does nothing if nothing was written since the last flush, which is the case for the indexes in most flushes of a log.
    /// </summary>
    public void Flush()
    {
        var changes = Volatile.Read(ref _changes);
        if (Volatile.Read(ref _flushedChanges) == changes)
            return;
        OpenFile.Flush(Volatile.Read(ref _handle), Path);
        Volatile.Write(ref _flushedChanges, changes);
    }

    public BorrowedBytes Borrow(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (Posix.CanMap && offset + length <= int.MaxValue && Hold(Math.Min(offset + length, Length)) is { } mapping)
        {
            var available = Length - offset;
            if (available <= 0 || length == 0)
            {
                mapping.Release();
                return default;
            }
            return new BorrowedBytes(mapping.Slice(offset, (int)Math.Min(length, available)), new MappedLease(mapping));
        }
        return BorrowCopy(offset, length);
    }

    public bool ReleaseIdleMapping()
    {
        if (_mapping is null)
            return false;
        if (Interlocked.Exchange(ref _borrowed, false))
            return false;
        lock (_mappingGate)
            Retire(null);
        return true;
    }

    public void Dispose()
    {
        lock (_mappingGate)
        {
            Retire(null);
            _handle.Dispose();
            _replaced?.ForEach(static handle => handle.Dispose());
        }
    }

    private void Changed() => Volatile.Write(ref _changes, _changes + 1);

    private void Publish(long end)
    {
        if (end > _length)
            Interlocked.Exchange(ref _length, end);
    }

    /// <summary>A reference to a mapping that extends at least to <paramref name="end"/>; null if the file cannot be mapped.</summary>
    private MappedMemoryManager? Hold(long end)
    {
        if (!_borrowed)
            Volatile.Write(ref _borrowed, true);
        while (true)
        {
            var mapping = Volatile.Read(ref _mapping);
            if (mapping is null || mapping.Capacity < end)
            {
                if (!TryMap(end))
                    return null;
            }
            else if (mapping.TryHold())
            {
                return mapping;
            }
        }
    }

    private bool TryMap(long end)
    {
        lock (_mappingGate)
        {
            if (_mapping is { } current && current.Capacity >= end)
                return true;
            ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
            if (end <= 0)
                return false;
            var capacity = Math.Max(Math.Max(_expectedLength, SmallestMapping), Math.Min(end * 2, int.MaxValue));
            var mapping = MappedMemoryManager.TryMap(_handle, capacity) ?? MappedMemoryManager.TryMap(_handle, end);
            if (mapping is null)
                return false;
            Retire(mapping);
            return true;
        }
    }

    /// <summary>Replaces the current mapping by another one or by none. Called under the lock.</summary>
    private void Retire(MappedMemoryManager? successor)
    {
        var mapping = _mapping;
        Volatile.Write(ref _mapping, successor);
        if (mapping?.Release() == false)
            (_retired ??= []).Add(mapping);
        _retired?.RemoveAll(static retired => !retired.IsHeld);
    }

    private BorrowedBytes BorrowCopy(long offset, int length)
    {
        length = (int)Math.Clamp(Length - offset, 0, length);
        if (length == 0)
            return default;
        var array = ArrayPool<byte>.Shared.Rent(length);
        var read = Read(offset, array.AsSpan(0, length));
        return new BorrowedBytes(array.AsMemory(0, read), new PooledLease(array));
    }

    /// <summary>Removes the bytes of a failed write beyond the published end. If that fails too, the next write overwrites them.</summary>
    private void ForgetTornTail()
    {
        try
        {
            OpenFile.SetLength(_handle, _length);
        }
        catch (IOException)
        {
        }
    }

    private void ReplaceByCopy(long length)
    {
        var path = Path + TruncatedSuffix;
        var copy = DiskErrors.Run(
            () => File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(1 << 20, Math.Max(length, 1)));
        try
        {
            for (long position = 0; position < length;)
            {
                var read = OpenFile.Read(_handle, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - position)), position);
                if (read == 0)
                    throw new IOException($"{Path} ends at {position}, but {length} bytes must be kept");
                OpenFile.Write(copy, buffer.AsSpan(0, read), position);
                position += read;
            }
            OpenFile.Flush(copy, path);
            DiskErrors.Run(() => File.Move(path, Path, overwrite: true));
        }
        catch
        {
            copy.Dispose();
            Forget(path);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        _retired = null;
        (_replaced ??= []).Add(_handle);
        Volatile.Write(ref _handle, copy);
        Posix.FlushDirectory(System.IO.Path.GetDirectoryName(Path)!);
    }

    /// <summary>Deletes the copy. If that fails too, it is deleted when the log is opened.</summary>
    private static void Forget(string copy)
    {
        try
        {
            DiskErrors.Run(() => File.Delete(copy));
        }
        catch (IOException)
        {
        }
    }
}
