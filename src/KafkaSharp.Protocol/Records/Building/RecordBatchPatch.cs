using System.Buffers.Binary;

namespace KafkaSharp.Protocol.Records.Building;

/// <summary>
/// Sets fields of a batch in place. Offsets and leader epoch lie outside the CRC; timestamps lie in it, and it is recomputed where they
/// change. The caller owns the bytes and has checked that the batch is whole.
/// </summary>
public static class RecordBatchPatch
{
    public static void SetBaseOffset(Span<byte> batch, long baseOffset) => BinaryPrimitives.WriteInt64BigEndian(batch, baseOffset);

    /// <summary>Sets the base offset so that the last record gets <paramref name="lastOffset"/>; of a legacy message, its offset.</summary>
    public static void SetLastOffset(Span<byte> batch, long lastOffset)
    {
        var delta = batch[RecordBatchHeader.MagicPosition] >= 2 ? new RecordBatchHeader(batch).LastOffsetDelta : 0;
        SetBaseOffset(batch, lastOffset - delta);
    }

    /// <summary>Magic 2 only.</summary>
    public static void SetPartitionLeaderEpoch(Span<byte> batch, int epoch) =>
        BinaryPrimitives.WriteInt32BigEndian(batch[RecordBatchHeader.PartitionLeaderEpochPosition..], epoch);

    /// <summary>Sets the max timestamp and the timestamp type of a magic 2 batch, and the CRC if either changed.</summary>
    public static void SetMaxTimestamp(Span<byte> batch, TimestampType type, long maxTimestamp)
    {
        var header = new RecordBatchHeader(batch);
        var isLogAppendTime = type == TimestampType.LogAppendTime;
        if (header.IsLogAppendTime == isLogAppendTime && header.MaxTimestamp == maxTimestamp)
            return;
        // Bits without a meaning are dropped, as Kafka does when it writes the attributes anew.
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
