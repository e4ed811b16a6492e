using System.Buffers;
using System.Buffers.Binary;
using KafkaSharp.Compression;
using KafkaSharp.Protocol.Records;

namespace CompareRequests.Mutations;

/// <summary>Record batches with one unusual property each. Unless it is the checksum, the checksum is right.</summary>
internal static class BatchMutations
{
    /// <summary>The number of records of <see cref="Valid"/>.</summary>
    public const int Count = 3;

    private const int Overhead = 61;
    private static readonly byte[] s_valid = Batch(Count);

    /// <summary>A batch of three records with keys, values and fixed timestamps.</summary>
    public static byte[] Valid => [.. s_valid];

    /// <summary>The same batch, from a producer.</summary>
    public static byte[] OfProducer(long producerId, long producerEpoch, int sequence, bool isTransactional)
    {
        var batch = Valid;
        if (isTransactional)
            batch[22] |= 16;
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(43), producerId);
        BinaryPrimitives.WriteInt16BigEndian(batch.AsSpan(51), (short)producerEpoch);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(53), sequence);
        return Sealed(batch);
    }

    public static IEnumerable<object?> All()
    {
        yield return Array.Empty<byte>();
        yield return Batch(0);
        yield return Batch(1);
        yield return (byte[])[.. s_valid, .. s_valid];
        yield return s_valid[..^1];
        yield return s_valid[..Overhead];
        yield return s_valid[..20];
        yield return s_valid[..11];
        yield return (byte[])[.. s_valid, 0];
        yield return (byte[])[.. s_valid, .. s_valid[..30]];
        yield return Changed(17, 4, 12345, checksum: false);
        foreach (var (at, size, values) in Fields())
        {
            foreach (var value in values)
                yield return Changed(at, size, value);
        }
        foreach (var records in Records())
        {
            yield return Around(records);
            foreach (var type in (CompressionType[])[CompressionType.Gzip, CompressionType.Lz4])
                yield return Compressed(records, type);
        }
        foreach (var length in (byte[])[0x7f, 0x01, 0x02, 0x12, 0x16])
        {
            byte[] records = [length, .. s_valid[(Overhead + 1)..]];
            yield return Around(records);
            foreach (var type in (CompressionType[])[CompressionType.Gzip, CompressionType.Lz4])
                yield return Marked(Compressed(records, type));
        }
    }

    // Compressed records with wrong lengths, by the leader epoch that a leader replaces: see explained-differences.
    private static byte[] Marked(byte[] batch)
    {
        batch.AsSpan(12, 4).Fill(0x4b);
        return batch;
    }

    // The bytes of the records with one change each. The first one has, from its start: its length, its attributes, the deltas of timestamp
    // and offset, and the length of its key.
    private static IEnumerable<byte[]> Records()
    {
        var valid = s_valid[Overhead..];
        yield return valid;
        foreach (var at in (int[])[1, 2, 3, 4])
        {
            foreach (var value in (byte[])[0x7f, 0x01, 0x02, 0x12, 0x16])
                yield return [.. valid[..at], value, .. valid[(at + 1)..]];
        }
        yield return [.. valid, 0];
        yield return valid[..^1];
        yield return valid[..1];
        yield return [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, .. valid[1..]];
        yield return [0x94, 0x80, 0x80, 0x80, 0x00, .. valid[1..]];
        // Null key and value, a header without a name, more headers than bytes.
        yield return [0x10, .. valid[1..4], 0x01, .. valid[7..]];
        yield return [0x18, .. valid[1..10], 0x02, 0x01, 0x00, .. valid[11..]];
        yield return [.. valid[..10], 0x7e, .. valid[11..]];
    }

    // Offset in the batch, size, values.
    private static IEnumerable<(int At, int Size, long[] Values)> Fields() =>
    [
        (0, 8, [1, 100, -1, long.MaxValue]), // base offset
        (8, 4, [0, 48, 49, -1, int.MaxValue, 10_000]), // length
        (12, 4, [0, 7, -2]), // partition leader epoch
        (16, 1, [0, 1, 3, 255]), // magic
        (21, 2, [1, 2, 3, 4, 5, 6, 7, 8, 16, 32, 48, 64, 128, 0x4000]), // attributes
        (23, 4, [0, 1, 3, -1, int.MaxValue]), // last offset delta
        (27, 8, [-1, -2, 0, long.MaxValue]), // base timestamp
        (35, 8, [-1, 0, long.MaxValue]), // largest timestamp
        (43, 8, [0, 7, -2]), // producer id
        (51, 2, [0, -2]), // producer epoch
        (53, 4, [0, -2]), // base sequence
        (57, 4, [0, 1, 2, 4, -1, int.MaxValue]), // count
    ];

    private static byte[] Changed(int at, int size, long value, bool checksum = true)
    {
        var batch = Valid;
        Span<byte> eight = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(eight, value);
        eight[(8 - size)..].CopyTo(batch.AsSpan(at));
        return checksum ? Sealed(batch) : batch;
    }

    private static byte[] Compressed(byte[] records, CompressionType type)
    {
        var compressed = new ArrayBufferWriter<byte>();
        CompressionCodecs.Get(type).Compress(records, compressed, level: null);
        return Around(compressed.WrittenSpan, (byte)type);
    }

    private static byte[] Around(ReadOnlySpan<byte> records, byte attributes = 0)
    {
        byte[] batch = [.. s_valid[..Overhead], .. records];
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(8), batch.Length - 12);
        batch[22] = attributes;
        return Sealed(batch);
    }

    private static byte[] Batch(int count)
    {
        var records = new MemoryStream();
        for (var i = 0; i < count; i++)
        {
            // Length, attributes, timestamp delta, offset delta, key, value, no headers; all numbers are small and zigzag-encoded.
            byte[] record = [0, 0, (byte)(i * 2), 4, (byte)'k', (byte)('0' + i), 4, (byte)'v', (byte)('0' + i), 0];
            records.WriteByte((byte)(record.Length * 2));
            records.Write(record);
        }
        byte[] batch = [.. new byte[Overhead], .. records.ToArray()];
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(8), batch.Length - 12);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(12), -1);
        batch[16] = 2;
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(23), Math.Max(0, count - 1));
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(27), 1_700_000_000_000);
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(35), 1_700_000_000_000);
        batch.AsSpan(43, 14).Fill(255);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(57), count);
        return Sealed(batch);
    }

    private static byte[] Sealed(byte[] batch)
    {
        BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(17), Crc32C.Compute(batch.AsSpan(21)));
        return batch;
    }
}
