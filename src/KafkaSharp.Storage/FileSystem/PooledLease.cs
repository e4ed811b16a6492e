using System.Buffers;

namespace KafkaSharp.Storage.FileSystem;

/// <summary>Returns a rented array to its pool. A second dispose has no effect.</summary>
internal sealed class PooledLease(byte[] array) : IDisposable
{
    private byte[]? _array = array;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _array, null) is { } array)
            ArrayPool<byte>.Shared.Return(array);
    }
}
