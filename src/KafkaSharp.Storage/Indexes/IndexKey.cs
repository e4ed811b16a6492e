using System.Buffers.Binary;

namespace KafkaSharp.Storage.Indexes;

/// <summary>A big-endian number at a fixed place in every entry of an index, by which its entries are ordered and found.</summary>
/// <param name="Position">Where in the entry it lies.</param>
/// <param name="IsLong">8 bytes; else 4.</param>
readonly record struct IndexKey(int Position, bool IsLong)
{
    public long Of(ReadOnlySpan<byte> entry) => IsLong
        ? BinaryPrimitives.ReadInt64BigEndian(entry[Position..])
        : BinaryPrimitives.ReadInt32BigEndian(entry[Position..]);

    /// <summary>The number of the last entry whose key is at most <paramref name="target"/>, -1 where there is none.</summary>
    public int LastAtMost(ReadOnlySpan<byte> entries, int entrySize, long target)
    {
        var low = 0;
        var high = entries.Length / entrySize - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (Of(entries[(middle * entrySize)..]) <= target)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return high;
    }
}
