using System.Buffers.Binary;

namespace KafkaSharp.Testing;

/// <summary>
/// The partition of a record with a key as the Java producer chooses it (<c>BuiltInPartitioner.partitionForKey</c>): murmur2 of the key.
/// </summary>
internal static class DefaultPartitioner
{
    private const uint Multiplier = 0x5bd1e995;
    private const uint Seed = 0x9747b28c;

    public static int PartitionOf(ReadOnlySpan<byte> key, int partitionCount) => (int)(Murmur2(key) & 0x7fffffff) % partitionCount;

    internal static uint Murmur2(ReadOnlySpan<byte> data)
    {
        var hash = Seed ^ (uint)data.Length;
        for (; data.Length >= 4; data = data[4..])
        {
            var word = BinaryPrimitives.ReadUInt32LittleEndian(data) * Multiplier;
            hash = (hash * Multiplier) ^ ((word ^ (word >> 24)) * Multiplier);
        }
        var rest = 0u;
        for (var i = data.Length - 1; i >= 0; i--)
            rest = (rest << 8) | data[i];
        if (data.Length > 0)
            hash = (hash ^ rest) * Multiplier;
        hash = (hash ^ (hash >> 13)) * Multiplier;
        return hash ^ (hash >> 15);
    }
}
