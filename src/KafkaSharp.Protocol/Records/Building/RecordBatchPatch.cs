using System.Buffers.Binary;

namespace KafkaSharp.Protocol.Records.Building;

/// <summary>
/// Sets header fields of a batch in place. The CRC does not cover offsets and leader epoch. It covers timestamps, so it is recomputed when
/// they change. The caller owns the bytes and has checked that the batch is complete.
/// </summary>
public static class RecordBatchPatch
{
    public static void SetBaseOffset(Span<byte> batch, long baseOffset) => BinaryPrimitives.WriteInt64BigEndian(batch, baseOffset);

    /// <summary>
    /// Sets the base offset so that the last record has the offset <paramref name="lastOffset"/>. Of a legacy message it sets the offset.
    /// </summary>
    public static void SetLastOffset(Span<byte> batch, long lastOffset)
    {
        var delta = batch[RecordBatchHeader.MagicPosition] >= 2 ? new RecordBatchHeader(batch).LastOffsetDelta : 0;
        SetBaseOffset(batch, lastOffset - delta);
    }

    /// <summary>Sets the leader epoch of a magic 2 batch.</summary>
    public static void SetPartitionLeaderEpoch(Span<byte> batch, int epoch) =>
        BinaryPrimitives.WriteInt32BigEndian(batch[RecordBatchHeader.PartitionLeaderEpochPosition..], epoch);

    /// <summary>Sets the max timestamp and the timestamp type of a magic 2 batch, and the CRC if one of them changed.</summary>
    public static void SetMaxTimestamp(Span<byte> batch, TimestampType type, long maxTimestamp)
    {
        var header = new RecordBatchHeader(batch);
        var isLogAppendTime = type == TimestampType.LogAppendTime;
        if (header.IsLogAppendTime == isLogAppendTime && header.MaxTimestamp == maxTimestamp)
            return;
        // Undefined bits are cleared, as in Kafka.
        var attributes = (short)((header.Attributes & 0x77) | (isLogAppendTime ? 0x08 : 0));
        BinaryPrimitives.WriteInt16BigEndian(batch[RecordBatchHeader.AttributesPosition..], attributes);
        BinaryPrimitives.WriteInt64BigEndian(batch[RecordBatchHeader.MaxTimestampPosition..], maxTimestamp);
        SetCrc(batch);
    }

    /// <summary>Computes and stores the CRC of a magic 2 batch.</summary>
    public static void SetCrc(Span<byte> batch) =>
        BinaryPrimitives.WriteUInt32BigEndian(
            batch[RecordBatchHeader.CrcPosition..], Crc32C.Compute(batch[RecordBatchHeader.AttributesPosition..]));
}
