using System.Diagnostics.CodeAnalysis;

namespace KafkaSharp.Compression;

/// <summary>
/// A small lock-free pool of idle objects. Thread-safe. If the pool is full, <see cref="TryReturn"/> returns false and the caller still
/// owns the object.
/// </summary>
sealed class Pool<T>
    where T : class
{
    private readonly T?[] _slots = new T?[Math.Max(4, Environment.ProcessorCount * 2)];

    public bool TryTake([NotNullWhen(true)] out T? item)
    {
        foreach (ref var slot in _slots.AsSpan())
        {
            if (Volatile.Read(ref slot) is not null && Interlocked.Exchange(ref slot, null) is { } found)
            {
                item = found;
                return true;
            }
        }
        item = null;
        return false;
    }

    public bool TryReturn(T item)
    {
        foreach (ref var slot in _slots.AsSpan())
        {
            if (Volatile.Read(ref slot) is null && Interlocked.CompareExchange(ref slot, item, null) is null)
                return true;
        }
        return false;
    }
}
