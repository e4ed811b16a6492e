using KafkaSharp.Network.Buffers;

namespace KafkaSharp.Network.Connections;

/// <summary>
/// A receive buffer that a request has taken over from its connection. Disposing returns it to the pool, once, from any thread.
/// </summary>
internal sealed class FrameMemory(BufferPool pool, byte[] buffer) : IDisposable
{
    private byte[]? _buffer = buffer;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is not { } buffer)
            return;
#if DEBUG
        // A later use would see the bytes of another request. This makes it fail immediately.
        buffer.AsSpan().Fill(0xDB);
#endif
        pool.Return(buffer);
    }
}
