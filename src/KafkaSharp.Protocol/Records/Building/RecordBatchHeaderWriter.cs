using System.Buffers.Binary;

namespace KafkaSharp.Protocol.Records.Building;

/// <summary>Writes the header of a magic 2 batch, including the CRC. The records must already be in place.</summary>
internal static class RecordBatchHeaderWriter
{
    private const byte Magic = 2;

    public static void Write(
        Span<byte> batch, in RecordBatchOptions options, int lastOffsetDelta, long baseTimestamp, long maxTimestamp, int recordCount)
    {
        var attributes = (short)options.Compression;
        if (options.TimestampType == TimestampType.LogAppendTime)
            attributes |= 0x08;
        if (options.IsTransactional)
            attributes |= 0x10;
        if (options.IsControlBatch)
            attributes |= 0x20;
        if (options.DeleteHorizonMs is not null)
            attributes |= 0x40;
        BinaryPrimitives.WriteInt64BigEndian(batch[RecordBatchHeader.BaseOffsetPosition..], options.BaseOffset);
        BinaryPrimitives.WriteInt32BigEndian(batch[RecordBatchHeader.BatchLengthPosition..], batch.Length - RecordBatchHeader.LogOverhead);
        BinaryPrimitives.WriteInt32BigEndian(batch[RecordBatchHeader.PartitionLeaderEpochPosition..], options.PartitionLeaderEpoch);
        batch[RecordBatchHeader.MagicPosition] = Magic;
        BinaryPrimitives.WriteInt16BigEndian(batch[RecordBatchHeader.AttributesPosition..], attributes);
        BinaryPrimitives.WriteInt32BigEndian(batch[RecordBatchHeader.LastOffsetDeltaPosition..], lastOffsetDelta);
        BinaryPrimitives.WriteInt64BigEndian(batch[RecordBatchHeader.BaseTimestampPosition..], baseTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch[RecordBatchHeader.MaxTimestampPosition..], maxTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch[RecordBatchHeader.ProducerIdPosition..], options.ProducerId);
        BinaryPrimitives.WriteInt16BigEndian(batch[RecordBatchHeader.ProducerEpochPosition..], options.ProducerEpoch);
        BinaryPrimitives.WriteInt32BigEndian(batch[RecordBatchHeader.BaseSequencePosition..], options.BaseSequence);
        BinaryPrimitives.WriteInt32BigEndian(batch[RecordBatchHeader.RecordCountPosition..], recordCount);
        RecordBatchPatch.SetCrc(batch);
    }
}
