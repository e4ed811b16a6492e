using System.Buffers.Binary;
using KafkaSharp.Compression;

namespace HostileClients.Records;

/// <summary>Batches that are small on the wire and large in content.</summary>
internal static class Bombs
{
    // No key, no value, no headers; its offset is the batch's first.
    private static ReadOnlySpan<byte> SmallestRecord => [0x0c, 0, 0, 0, 1, 1, 0];

    /// <summary>
    /// The same record again and again, and so the same offset: a broker that is to store it must read it to find that out.
    /// </summary>
    public static byte[] EqualRecords(int count, CompressionType compression, long timestamp)
    {
        var records = new byte[count * SmallestRecord.Length];
        for (var i = 0; i < count; i++)
            SmallestRecord.CopyTo(records.AsSpan(i * SmallestRecord.Length));
        return Batch.Of(count, records, compression, timestamp);
    }

    /// <summary>Records without content and with increasing offsets, as a broker may store them.</summary>
    public static byte[] EmptyRecords(int count, CompressionType compression, long timestamp)
    {
        var records = new RecordBytes();
        for (var i = 0; i < count; i++)
            records.Add(default);
        return Batch.Of(count, records.Written, compression, timestamp);
    }

    /// <summary>Valid records with values of zeros.</summary>
    public static byte[] Zeros(int count, int valueLength, CompressionType compression)
    {
        var records = new RecordBytes();
        for (var i = 0; i < count; i++)
            records.AddZeros(valueLength);
        return Batch.Of(count, records.Written, compression, Batch.Now);
    }

    /// <summary>
    /// One valid record with a value of zeros as a zstd frame that declares a window of 128 MB, the largest that Kafka reads. A run-
    /// length block takes four bytes for 128 KB.
    /// </summary>
    public static byte[] WidestZstdWindow(int valueLength)
    {
        const int Block = 128 * 1024;
        var records = new RecordBytes();
        records.AddZeros(valueLength);
        var head = records.Written[..32].ToArray();
        var frame = new List<byte> { 0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3 };
        var left = records.Written.Length - head.Length;
        AddBlock(frame, head.Length, kind: 0, isLast: left == 0);
        frame.AddRange(head);
        while (left > 0)
        {
            var size = Math.Min(left, Block);
            left -= size;
            AddBlock(frame, size, kind: 1, isLast: left == 0);
            frame.Add(0);
        }
        return Batch.Around(1, frame.ToArray(), CompressionType.Zstd, Batch.Now);
    }

    /// <summary>A batch of ordinary records: 1 KB values that compress to about a third.</summary>
    public static byte[] Ordinary(int count, CompressionType compression, int seed)
    {
        var random = new Random(seed);
        var records = new RecordBytes();
        var value = new byte[1024];
        for (var i = 0; i < count; i++)
        {
            for (var at = 0; at < value.Length; at++)
                value[at] = (byte)("0123456789abcdef"[random.Next(16)] + (at % 4 == 0 ? 0 : 1));
            BinaryPrimitives.WriteInt32BigEndian(value, i);
            records.Add(value);
        }
        return Batch.Of(count, records.Written, compression, Batch.Now);
    }

    private static void AddBlock(List<byte> frame, int size, int kind, bool isLast)
    {
        var header = (size << 3) | (kind << 1) | (isLast ? 1 : 0);
        frame.Add((byte)header);
        frame.Add((byte)(header >> 8));
        frame.Add((byte)(header >> 16));
    }
}
