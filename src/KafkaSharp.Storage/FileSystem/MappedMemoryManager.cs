using System.Buffers;
using System.Runtime.InteropServices;
using KafkaSharp.Protocol;

namespace KafkaSharp.Storage.FileSystem;

/// <summary>
/// A read-only mapping of a file, counted: the file holds it once, every <see cref="MappedLease"/> once more, and the pages, and the file's handle, are
/// given back when the last lets go. It may reach beyond the file's end; touching that faults, so leases are made only for bytes below the file's
/// published length.
/// </summary>
sealed unsafe class MappedMemoryManager : FileBackedMemory
{
    private readonly byte* _address;
    private readonly SafeHandle _file;
    private int _holders = 1;

    // The file is kept too, beyond its closing: who sends these bytes may take them from there.
    private MappedMemoryManager(SafeHandle file, nint address, long capacity)
    {
        var kept = false;
        file.DangerousAddRef(ref kept);
        _file = file;
        _address = (byte*)address;
        Capacity = capacity;
    }

    /// <summary>How many bytes of the file's start can be reached.</summary>
    public long Capacity { get; }

    public override nint FileHandle => _file.DangerousGetHandle();

    /// <summary>Maps a file; null where the system refuses (too many mappings, no address space).</summary>
    public static MappedMemoryManager? TryMap(SafeHandle file, long capacity)
    {
        var address = Posix.Map(file, capacity);
        return address == 0 ? null : new MappedMemoryManager(file, address, capacity);
    }

    /// <summary>Whether anybody holds it still; once false it stays so.</summary>
    public bool IsHeld => Volatile.Read(ref _holders) > 0;

    /// <summary>Counts one more holder; false where the mapping is gone, or going.</summary>
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

    /// <summary>Lets go once; true where that was the last holder, so that the pages are unmapped now.</summary>
    public bool Release()
    {
        if (Interlocked.Decrement(ref _holders) != 0)
            return false;
        Posix.Unmap((nint)_address, Capacity);
        _file.DangerousRelease();
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
