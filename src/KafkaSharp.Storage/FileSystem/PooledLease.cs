using System.Buffers;

namespace KafkaSharp.Storage.FileSystem;

/// <summary>Gives a rented array back to its pool; disposing twice gives it back once.</summary>
sealed class PooledLease(byte[] array) : IDisposable
{
    private byte[]? _array = array;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _array, null) is { } array)
            ArrayPool<byte>.Shared.Return(array);
    }
}
