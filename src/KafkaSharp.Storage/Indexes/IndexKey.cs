using System.Buffers.Binary;

namespace KafkaSharp.Storage.Indexes;

/// <summary>A big-endian number at a fixed position in every entry of an index. The entries are ordered by it.</summary>
/// <param name="Position">The position in the entry.</param>
/// <param name="IsLong">Whether the key has 8 bytes; otherwise 4.</param>
internal readonly record struct IndexKey(int Position, bool IsLong)
{
    public long Of(ReadOnlySpan<byte> entry) => IsLong
        ? BinaryPrimitives.ReadInt64BigEndian(entry[Position..])
        : BinaryPrimitives.ReadInt32BigEndian(entry[Position..]);

    /// <summary>The number of the last entry whose key is at most <paramref name="target"/>; -1 if there is none.</summary>
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
