using System.Buffers;
using System.Runtime.InteropServices;
using KafkaSharp.Protocol;

namespace KafkaSharp.Storage.FileSystem;

/// <summary>
/// A reference-counted read-only mapping of a file: one reference of the file and one per <see cref="MappedLease"/>. The pages and the file
/// handle are released with the last reference, also if the file has closed its handle before. The mapping may extend beyond the end of the
/// file, where an access would raise a fault; therefore leases exist only for bytes below the published length of the file.
/// </summary>
internal sealed unsafe class MappedMemoryManager : FileBackedMemory
{
    private readonly byte* _address;
    private readonly SafeHandle _file;
    private readonly FileHandles _handles;
    private int _holders = 1;
    private long _lentEnd;

    // Keeps the file open after IStorageFile is closed, because a sender may use sendfile for the borrowed bytes.
    private MappedMemoryManager(FileHandles handles, SafeHandle file, nint address, long capacity)
    {
        _handles = handles;
        var kept = false;
        file.DangerousAddRef(ref kept);
        _file = file;
        _address = (byte*)address;
        Capacity = capacity;
    }

    /// <summary>The number of mapped bytes, from the start of the file.</summary>
    public long Capacity { get; }

    public override nint FileHandle => _file.DangerousGetHandle();

    /// <summary>Maps a file. Null if the system refuses (too many mappings, no address space).</summary>
    public static MappedMemoryManager? TryMap(FileHandles handles, SafeHandle file, long capacity)
    {
        var address = Posix.Map(file, capacity);
        return address == 0 ? null : new MappedMemoryManager(handles, file, address, capacity);
    }

    /// <summary>No byte from here on was ever lent.</summary>
    public long LentEnd => Volatile.Read(ref _lentEnd);

    /// <summary>Whether there are references. Once false, it stays false.</summary>
    public bool IsHeld => Volatile.Read(ref _holders) > 0;

    /// <summary>Adds a reference. False if the mapping has been or is being released.</summary>
    public bool TryHold()
    {
        var holders = Volatile.Read(ref _holders);
        while (holders > 0)
        {
            var seen = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (seen == holders)
                return true;
            holders = seen;
        }
        return false;
    }

    /// <summary>Records that bytes up to a position are about to be lent. The caller has a reference.</summary>
    public void Lend(long end)
    {
        var lent = Volatile.Read(ref _lentEnd);
        while (end > lent)
        {
            var seen = Interlocked.CompareExchange(ref _lentEnd, end, lent);
            if (seen == lent)
                return;
            lent = seen;
        }
    }

    /// <summary>Removes the reference of the file. True if it was the last one, so that the pages were unmapped.</summary>
    public bool Retire()
    {
        _handles.Lent();
        return Release();
    }

    /// <summary>Removes a reference. True if it was the last one, so that the pages were unmapped.</summary>
    public bool Release()
    {
        if (Interlocked.Decrement(ref _holders) != 0)
            return false;
        Posix.Unmap((nint)_address, Capacity);
        _file.DangerousRelease();
        _handles.Returned();
        return true;
    }

    public Memory<byte> Slice(long offset, int length) => CreateMemory(checked((int)offset), length);

    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _holders) <= 0, this);
        return new Span<byte>(_address, (int)Math.Min(Capacity, int.MaxValue));
    }

    public override MemoryHandle Pin(int elementIndex = 0) => new(_address + elementIndex, pinnable: this);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
