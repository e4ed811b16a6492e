using System.Buffers;
using System.IO.MemoryMappedFiles;
using KafkaSharp.Protocol;

namespace KafkaSharp.Network.Tests.Transports;

/// <summary>The pages of a file without its handle.</summary>
internal sealed unsafe class MappedPages : FileBackedMemory
{
    private readonly MemoryMappedFile _mapped;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _address;
    private readonly int _length;

    public MappedPages(string path, int length)
    {
        _mapped = MemoryMappedFile.CreateFromFile(
            File.Open(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), mapName: null, length, MemoryMappedFileAccess.Read,
            HandleInheritability.None, leaveOpen: false);
        _view = _mapped.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _address);
        _length = length;
    }

    public override bool HasHandle => false;

    public override nint FileHandle => throw new InvalidOperationException("There is none");

    public override Span<byte> GetSpan() => new(_address, _length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(_address + elementIndex, pinnable: this);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _mapped.Dispose();
    }
}
