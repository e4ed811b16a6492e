using System.Buffers;
using KafkaSharp.Protocol;

namespace KafkaSharp.Network.Tests.Transports;

/// <summary>Memory of a file that may show other bytes than the file holds.</summary>
internal sealed class ShownFile(nint handle, byte[] shown) : FileBackedMemory
{
    public override nint FileHandle => handle;

    public override Span<byte> GetSpan() => shown;

    public override MemoryHandle Pin(int elementIndex = 0) => shown.AsMemory(elementIndex).Pin();

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
