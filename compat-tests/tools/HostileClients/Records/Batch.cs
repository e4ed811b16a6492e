using System.Buffers;
using System.Buffers.Binary;
using KafkaSharp.Compression;
using KafkaSharp.Protocol.Records.Building;

namespace HostileClients.Records;

/// <summary>Record batches (magic 2) made by hand, so that their header need not agree with what they hold.</summary>
internal static class Batch
{
    private const int HeaderSize = 61;

    public static byte[] OfValue(ReadOnlySpan<byte> value, long producerId = -1)
    {
        var record = new RecordBytes();
        record.Add(value);
        return Of(1, record.Written, CompressionType.None, Now, producerId);
    }

    public static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    /// <summary>A batch whose records are compressed here.</summary>
    public static byte[] Of(int count, ReadOnlySpan<byte> records, CompressionType compression, long timestamp, long producerId = -1)
    {
        if (compression == CompressionType.None)
            return Around(count, records, compression, timestamp, producerId);
        var sink = new ArrayBufferWriter<byte>();
        CompressionCodecs.Get(compression).Compress(records, sink, level: null);
        return Around(count, sink.WrittenSpan, compression, timestamp, producerId);
    }

    /// <summary>A batch around bytes that are compressed already.</summary>
    public static byte[] Around(int count, ReadOnlySpan<byte> body, CompressionType compression, long timestamp, long producerId = -1)
    {
        var batch = new byte[HeaderSize + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(8), batch.Length - 12);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(12), -1);
        batch[16] = 2;
        BinaryPrimitives.WriteInt16BigEndian(batch.AsSpan(21), (short)compression);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(23), count - 1);
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(27), timestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(35), timestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(43), producerId);
        BinaryPrimitives.WriteInt16BigEndian(batch.AsSpan(51), (short)(producerId < 0 ? -1 : 0));
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(53), producerId < 0 ? -1 : 0);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(57), count);
        body.CopyTo(batch.AsSpan(HeaderSize));
        RecordBatchPatch.SetCrc(batch);
        return batch;
    }
}
