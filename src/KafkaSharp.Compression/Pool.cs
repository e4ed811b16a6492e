using System.Diagnostics.CodeAnalysis;

namespace KafkaSharp.Compression;

/// <summary>
/// A lock-free pool of at most 16 idle objects. Thread-safe. If the pool is full, <see cref="TryReturn"/> returns false and the caller
/// still owns the object. Owners free objects that hold much memory instead of returning them.
/// </summary>
internal sealed class Pool<T>
    where T : class
{
    private readonly T?[] _slots = new T?[Math.Clamp(Environment.ProcessorCount * 2, 4, 16)];

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
