using System.Buffers;

namespace KafkaSharp.Protocol.Records;

/// <summary>
/// Arrays for records: from the shared pool up to a size that is used again and again, new beyond. The shared pool keeps an array of each
/// size for each thread and processor, and drops it only minutes after its last use.
/// </summary>
internal static class RecordArrays
{
    /// <summary>The largest array that is pooled, in bytes.</summary>
    public const int LargestPooled = 4 * 1024 * 1024;

    /// <summary>An array of at least <paramref name="size"/> bytes, its content undefined.</summary>
    public static byte[] Rent(int size) =>
        size <= LargestPooled ? ArrayPool<byte>.Shared.Rent(size) : GC.AllocateUninitializedArray<byte>(size);

    public static void Return(byte[] array)
    {
        if (array.Length <= LargestPooled)
            ArrayPool<byte>.Shared.Return(array);
    }
}
