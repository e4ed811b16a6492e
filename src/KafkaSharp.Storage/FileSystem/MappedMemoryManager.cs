using System.Buffers;
using System.Runtime.InteropServices;
using KafkaSharp.Protocol;

namespace KafkaSharp.Storage.FileSystem;

/// <summary>
/// A reference-counted read-only mapping of a file: one reference of the file and one per <see cref="MappedLease"/>. The pages and the file
/// handle are released with the last reference, also if the file has closed its handle before. The mapping may extend beyond the end of the
/// file, where an access would raise a fault; therefore leases exist only for bytes below the published length of the file.
/// </summary>
/// <remarks>
/// While too many handles are lent, a mapping is without a handle: <see cref="TryMapPages"/>. It has no reference of the file, so that it
/// ends with its leases.
/// </remarks>
internal sealed unsafe class MappedMemoryManager : FileBackedMemory
{
    // The reference of the file. What is below are leases.
    private const int OfFile = 1 << 30;

    private readonly byte* _address;
    private readonly SafeHandle? _file;
    private readonly FileHandles _handles;
    private int _holders;
    private long _lentEnd;

    // Keeps the file open after IStorageFile is closed, because a sender may use sendfile for the borrowed bytes.
    private MappedMemoryManager(FileHandles handles, SafeHandle? file, nint address, long capacity)
    {
        _handles = handles;
        var kept = false;
        file?.DangerousAddRef(ref kept);
        _file = file;
        _holders = file is null ? 1 : OfFile;
        _address = (byte*)address;
        Capacity = capacity;
    }

    /// <summary>The number of mapped bytes, from the start of the file.</summary>
    public long Capacity { get; }

    public override bool HasHandle => _file is not null;

    public override nint FileHandle => _file?.DangerousGetHandle() ?? throw new InvalidOperationException("Only the pages are lent");

    /// <summary>No byte from here on was ever lent.</summary>
    public long LentEnd => Volatile.Read(ref _lentEnd);

    /// <summary>Whether there are leases.</summary>
    public bool IsLent => (Volatile.Read(ref _holders) & (OfFile - 1)) > 0;

    /// <summary>Whether there are references. Once false, it stays false.</summary>
    public bool IsHeld => Volatile.Read(ref _holders) > 0;

    /// <summary>Maps a file and keeps its handle. Null if the system refuses (too many mappings, no address space).</summary>
    public static MappedMemoryManager? TryMap(FileHandles handles, SafeHandle file, long capacity)
    {
        var address = Posix.Map(file, capacity);
        return address == 0 ? null : new MappedMemoryManager(handles, file, address, capacity);
    }

    /// <summary>Maps a file for a lease, which the caller has, without its handle. Null if the system refuses.</summary>
    public static MappedMemoryManager? TryMapPages(FileHandles handles, SafeHandle file, long capacity)
    {
        var address = Posix.Map(file, capacity);
        if (address == 0)
            return null;
        handles.PagesLent(1);
        return new MappedMemoryManager(handles, file: null, address, capacity);
    }

    /// <summary>
    /// Adds the reference of a lease. False if the mapping is retired or released, or if it would be the first lease while too many handles
    /// are lent.
    /// </summary>
    public bool TryHold()
    {
        while (true)
        {
            var holders = Volatile.Read(ref _holders);
            if (holders < (HasHandle ? OfFile : 1))
                return false;
            var isFirst = holders == OfFile;
            if (isFirst && !_handles.TryLend())
                return false;
            if (Interlocked.CompareExchange(ref _holders, holders + 1, holders) == holders)
                return true;
            if (isFirst)
                _handles.Returned();
        }
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
        _handles.Retired();
        if (Interlocked.Add(ref _holders, -OfFile) != 0)
            return false;
        Unmap();
        return true;
    }

    /// <summary>Removes the reference of a lease.</summary>
    public void Release()
    {
        var holders = Interlocked.Decrement(ref _holders);
        if (HasHandle && (holders & (OfFile - 1)) == 0)
            _handles.Returned();
        if (holders == 0)
            Unmap();
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

    private void Unmap()
    {
        Posix.Unmap((nint)_address, Capacity);
        if (_file is null)
        {
            _handles.PagesLent(-1);
            return;
        }
        _file.DangerousRelease();
        _handles.Unmapped();
    }
}
