using System.Buffers;
using System.Numerics;

namespace KafkaSharp.Compression;

/// <summary>
/// Arrays for records and blocks of them. Those of usual sizes come from the shared pool. That pool keeps an array of each size for each
/// thread and processor, and drops it only minutes after its last use, so larger arrays are referenced weakly: they are used again as long
/// as the garbage collector has not taken them. Thread-safe.
/// </summary>
public static class RecordArrays
{
    /// <summary>The largest array of the shared pool, in bytes.</summary>
    public const int LargestPooled = 4 * 1024 * 1024;

    private const int SlotsPerSize = 4;

    // For the sizes 2^0 to 2^30, of which the small ones are not used.
    private static readonly WeakReference<byte[]>?[] s_free = new WeakReference<byte[]>?[31 * SlotsPerSize];
    private static long s_largeInUse;

    /// <summary>The bytes of the arrays above <see cref="LargestPooled"/> that are rented now.</summary>
    public static long LargeBytesInUse => Interlocked.Read(ref s_largeInUse);

    /// <summary>An array of at least <paramref name="size"/> bytes, its content undefined.</summary>
    public static byte[] Rent(int size)
    {
        if (size <= LargestPooled)
            return ArrayPool<byte>.Shared.Rent(size);
        var array = RentLarge(size);
        Interlocked.Add(ref s_largeInUse, array.Length);
        return array;
    }

    public static void Return(byte[] array)
    {
        if (array.Length <= LargestPooled)
        {
            ArrayPool<byte>.Shared.Return(array);
            return;
        }
        Interlocked.Add(ref s_largeInUse, -array.Length);
        if (array.Length <= 1 << 30)
            Keep(array);
    }

    private static byte[] RentLarge(int size)
    {
        if (size > 1 << 30)
            return GC.AllocateUninitializedArray<byte>(size);
        var rounded = (int)BitOperations.RoundUpToPowerOf2((uint)size);
        var first = FirstSlot(rounded);
        for (var slot = first; slot < first + SlotsPerSize; slot++)
        {
            if (Interlocked.Exchange(ref s_free[slot], null) is { } free && free.TryGetTarget(out var array))
                return array;
        }
        return GC.AllocateUninitializedArray<byte>(rounded);
    }

    private static void Keep(byte[] array)
    {
        var first = FirstSlot(array.Length);
        for (var slot = first; slot < first + SlotsPerSize; slot++)
        {
            if (Volatile.Read(ref s_free[slot]) is { } occupant && occupant.TryGetTarget(out _))
                continue;
            Volatile.Write(ref s_free[slot], new WeakReference<byte[]>(array));
            return;
        }
    }

    private static int FirstSlot(int powerOfTwo) => BitOperations.Log2((uint)powerOfTwo) * SlotsPerSize;
}
