using System.Buffers.Binary;
using KafkaSharp.Protocol.Records;

namespace KafkaSharp.Storage.Segments;

/// <summary>
/// The fields of a batch of any magic that are needed to navigate in a segment, copied from its first bytes. In magic 0 and 1, the stored
/// offset is that of the last message of a compressed wrapper, so <see cref="LastOffset"/> is correct for all.
/// </summary>
internal readonly record struct BatchHead(
    int Position, int SizeInBytes, byte Magic, long StoredOffset, long LastOffset, long MaxTimestamp, int PartitionLeaderEpoch)
{
    /// <summary>The number of bytes that contain all fields of magic 2.</summary>
    public const int Bytes = RecordBatchHeader.MaxTimestampPosition + sizeof(long);

    /// <summary>The size of the smallest batch, a message of magic 0 without key and value.</summary>
    public const int SmallestBatch = RecordBatchHeader.LogOverhead + 14;

    public int End => Position + SizeInBytes;

    /// <summary>
    /// Reads the head of the batch at a position of a segment that ends at <paramref name="end"/>. False if the batch is incomplete, or if
    /// its length or magic is invalid; <paramref name="corrupt"/> is then true.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, int position, long end, out BatchHead head, out bool corrupt)
    {
        head = default;
        corrupt = false;
        if (end - position < SmallestBatch || bytes.Length < SmallestBatch)
            return false;
        var offset = BinaryPrimitives.ReadInt64BigEndian(bytes);
        var length = BinaryPrimitives.ReadInt32BigEndian(bytes[RecordBatchHeader.BatchLengthPosition..]);
        var magic = bytes[RecordBatchHeader.MagicPosition];
        if (length < SmallestBatch - RecordBatchHeader.LogOverhead || magic > 2
            || (magic == 2 && length < RecordBatchHeader.Size - RecordBatchHeader.LogOverhead))
        {
            corrupt = true;
            return false;
        }
        var size = (long)length + RecordBatchHeader.LogOverhead;
        if (size > end - position || (magic == 2 && bytes.Length < Bytes))
            return false;
        if (magic == 2)
        {
            var header = new RecordBatchHeader(bytes);
            head = new BatchHead(position, (int)size, magic, offset, header.LastOffset, header.MaxTimestamp, header.PartitionLeaderEpoch);
            return true;
        }
        var timestamp = magic == 1 ? BinaryPrimitives.ReadInt64BigEndian(bytes[18..]) : RecordBatchHeader.NoTimestamp;
        head = new BatchHead(position, (int)size, magic, offset, offset, timestamp, -1);
        return true;
    }
}
