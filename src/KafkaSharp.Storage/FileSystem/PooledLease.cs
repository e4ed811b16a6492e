using System.Buffers;

namespace KafkaSharp.Storage.FileSystem;

/// <summary>Returns a rented array to its pool. A second dispose has no effect.</summary>
/// <param name="array">The array.</param>
/// <param name="handles">Where its bytes have been counted as a copy; null if nowhere.</param>
internal sealed class PooledLease(byte[] array, FileHandles? handles = null) : IDisposable
{
    private byte[]? _array = array;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _array, null) is not { } array)
            return;
        handles?.Copied(-array.Length);
        ArrayPool<byte>.Shared.Return(array);
    }
}
