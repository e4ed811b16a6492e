using System.Buffers;
using KafkaSharp.Protocol;
using Microsoft.Win32.SafeHandles;

namespace KafkaSharp.Storage.FileSystem;

/// <summary>
/// A file of the operating system. Its handle is opened on first use, and <see cref="FileHandles"/> may close it at any time: an operation
/// that meets a handle that was closed is repeated with another one. <see cref="Borrow"/> returns long pieces as bytes of a mapping, which
/// is created on first use if the system supports it.
/// </summary>
/// <remarks>
/// A reader never causes a fault (SIGBUS): a borrower first acquires the mapping, records how far it will read, and then reads
/// <see cref="Length"/>; a truncation first publishes the smaller length and then looks at what was lent, of this mapping and of those that
/// were retired before. So either the borrower sees the smaller length, or the truncation sees the borrower. In the second case the file is
/// not shortened: the remaining bytes are copied to a new file, which is renamed over the old one, and the borrower keeps the old inode.
/// Short pieces are read with <c>pread</c>, where an unreadable sector is an error.
/// </remarks>
internal sealed class PhysicalFile : IStorageFile
{
    /// <summary>The suffix of the copy that replaces a truncated file. It remains only after a crash.</summary>
    public const string TruncatedSuffix = ".truncated";

    /// <summary>How often the hand of <see cref="FileHandles"/> passes a file that was written and not used since.</summary>
    public const byte MostChances = 2;

    private const byte ChancesOfReader = 1;

    private readonly Lock _gate = new();
    private readonly FileHandles _handles;
    private readonly FileMappings _mappings;
    private readonly FileAccess _access;
    private SafeFileHandle? _handle;
    private string _path;
    private long _length;
    // The number of changes. It starts at 1 for unflushed writes of an earlier process.
    private long _changes = 1;
    private long _flushedChanges;
    private byte _chances;
    private bool _disposed;

    /// <summary>A file that exists, and that is opened when it is used.</summary>
    public PhysicalFile(FileHandles handles, string path, long length, long expectedLength, FileAccess access = FileAccess.ReadWrite)
    {
        _handles = handles;
        _path = path;
        _length = length;
        _access = access;
        _mappings = new FileMappings(handles, expectedLength);
    }

    /// <summary>A file that has just been opened.</summary>
    public PhysicalFile(FileHandles handles, string path, SafeFileHandle handle, long expectedLength)
        : this(handles, path, 0, expectedLength)
    {
        try
        {
            _length = OpenFile.GetLength(handle);
            _handle = handle;
            _chances = ChancesOfReader;
            handles.Add(this);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public string Path
    {
        get => Volatile.Read(ref _path);
        set
        {
            // Not while the file is opened under the old path, which may soon be that of another file.
            lock (_gate)
                Volatile.Write(ref _path, value);
        }
    }

    public long Length => Volatile.Read(ref _length);

    /// <summary>Whether this process has written what it has not flushed yet.</summary>
    public bool HasUnflushedWrites => Volatile.Read(ref _changes) is > 1 and var changes && Volatile.Read(ref _flushedChanges) != changes;

    public bool IsDisposed => Volatile.Read(ref _disposed);

    /// <summary>Whether leases keep the handle open: then to close it would free nothing.</summary>
    public bool IsLent => _mappings.IsLent;

    /// <summary>Whether the file has a handle at the moment.</summary>
    public bool IsOpen => Volatile.Read(ref _handle) is not null;

    /// <summary>The place of the file in <see cref="FileHandles"/>, under its lock; -1 if it has none.</summary>
    public int Slot { get; set; } = -1;

    public int Read(long offset, Span<byte> destination)
    {
        var available = Length - offset;
        if (available <= 0)
            return 0;
        if (available < destination.Length)
            destination = destination[..(int)available];
        while (true)
        {
            try
            {
                return ReadAll(Handle(ChancesOfReader), offset, destination);
            }
            catch (ObjectDisposedException) when (!Volatile.Read(ref _disposed))
            {
            }
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> source)
    {
        while (true)
        {
            try
            {
                OpenFile.Write(Handle(MostChances), source, offset);
                break;
            }
            catch (ObjectDisposedException) when (!Volatile.Read(ref _disposed))
            {
            }
            catch (IOException)
            {
                Changed();
                ForgetTornTail();
                throw;
            }
        }
        Changed();
        Publish(offset + source.Length);
    }

    public void SetLength(long length)
    {
        lock (_gate)
        {
            if (length >= _length)
            {
                OpenFile.SetLength(HandleUnderGate(), length);
                Changed();
                Publish(length);
                return;
            }
            Interlocked.Exchange(ref _length, length);
            if (_mappings.AreLentBeyond(length))
                _mappings.Retire();
            if (_mappings.AreLentBeyond(length))
                ReplaceByCopy(length);
            else
                OpenFile.SetLength(HandleUnderGate(), length);
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
        while (true)
        {
            try
            {
                OpenFile.Flush(Handle(ChancesOfReader), Path);
                break;
            }
            catch (ObjectDisposedException) when (!Volatile.Read(ref _disposed))
            {
            }
        }
        Volatile.Write(ref _flushedChanges, changes);
    }

    public BorrowedBytes Borrow(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        length = (int)Math.Clamp(Length - offset, 0, length);
        if (length == 0)
            return default;
        var end = offset + length;
        if ((length >= FileBackedMemory.SmallestPiece || !_handles.CanCopy) && end <= int.MaxValue && Posix.CanMap
            && Hold(end) is { } mapping)
        {
            mapping.Lend(end);
            var available = Length - offset;
            if (available > 0)
                return new BorrowedBytes(mapping.Slice(offset, (int)Math.Min(length, available)), new MappedLease(mapping));
            mapping.Release();
            return default;
        }
        return BorrowCopy(offset, length);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            Volatile.Write(ref _disposed, true);
            CloseHandle();
        }
        _handles.Remove(this);
    }

    /// <summary>
    /// Closes the handle until the next use. Leases and system calls under way keep it open until they end. False if the file is busy.
    /// </summary>
    public bool TryCloseHandle()
    {
        if (_gate.IsHeldByCurrentThread || !_gate.TryEnter())
            return false;
        try
        {
            CloseHandle();
            return true;
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>
    /// Takes one of the chances that the file got when it was used. False if it has none, so that its handle may be closed.
    /// </summary>
    public bool TakeChance()
    {
        var chances = Volatile.Read(ref _chances);
        if (chances == 0)
            return false;
        Volatile.Write(ref _chances, (byte)(chances - 1));
        return true;
    }

    /// <summary>
    /// The open handle; a closed one is opened. The caller repeats its operation if the handle was closed in the meantime.
    /// </summary>
    private SafeFileHandle Handle(byte chances)
    {
        if (_chances < chances)
            Volatile.Write(ref _chances, chances);
        return Volatile.Read(ref _handle) ?? Reopen();
    }

    private SafeFileHandle Reopen()
    {
        lock (_gate)
            return HandleUnderGate();
    }

    /// <summary>The same under the gate, where it is not closed.</summary>
    private SafeFileHandle HandleUnderGate()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_handle is { } open)
            return open;
        _handles.MakeRoom();
        var handle = _handles.Open(_path, FileMode.Open, _access);
        Volatile.Write(ref _handle, handle);
        _chances = Math.Max(_chances, ChancesOfReader);
        _handles.Add(this);
        return handle;
    }

    private void CloseHandle()
    {
        _mappings.Retire();
        var handle = _handle;
        Volatile.Write(ref _handle, null);
        handle?.Dispose();
    }

    private void Changed() => Volatile.Write(ref _changes, _changes + 1);

    private void Publish(long end)
    {
        if (end > _length)
            Interlocked.Exchange(ref _length, end);
    }

    private static int ReadAll(SafeFileHandle handle, long offset, Span<byte> destination)
    {
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

    /// <summary>A reference to a mapping that extends at least to <paramref name="end"/>; null if the file cannot be mapped.</summary>
    private MappedMemoryManager? Hold(long end)
    {
        if (_chances < ChancesOfReader)
            Volatile.Write(ref _chances, ChancesOfReader);
        if (_mappings.TryHold(end) is { } mapping)
            return mapping;
        lock (_gate)
            return _mappings.Hold(HandleUnderGate(), end);
    }

    private BorrowedBytes BorrowCopy(long offset, int length)
    {
        var array = ArrayPool<byte>.Shared.Rent(length);
        var lease = new PooledLease(array, _handles);
        _handles.Copied(array.Length);
        try
        {
            return new BorrowedBytes(array.AsMemory(0, Read(offset, array.AsSpan(0, length))), lease);
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    /// <summary>Removes the bytes of a failed write beyond the published end. If that fails too, the next write overwrites them.</summary>
    private void ForgetTornTail()
    {
        try
        {
            lock (_gate)
                OpenFile.SetLength(HandleUnderGate(), _length);
        }
        catch (IOException)
        {
        }
    }

    private void ReplaceByCopy(long length)
    {
        var path = _path + TruncatedSuffix;
        var original = HandleUnderGate();
        var copy = _handles.Open(path, FileMode.Create);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(1 << 20, Math.Max(length, 1)));
        try
        {
            for (long position = 0; position < length;)
            {
                var read = OpenFile.Read(original, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - position)), position);
                if (read == 0)
                    throw new IOException($"{_path} ends at {position}, but {length} bytes must be kept");
                OpenFile.Write(copy, buffer.AsSpan(0, read), position);
                position += read;
            }
            OpenFile.Flush(copy, path);
            DiskErrors.Run(() => File.Move(path, _path, overwrite: true));
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
        _mappings.Forget();
        Volatile.Write(ref _handle, copy);
        // Leases, and reads and flushes under way, keep it open until they end.
        original.Dispose();
        _handles.Run(Posix.FlushDirectory, System.IO.Path.GetDirectoryName(_path)!);
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
