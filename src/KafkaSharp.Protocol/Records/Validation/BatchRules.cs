using KafkaSharp.Protocol.Records.Reading;

namespace KafkaSharp.Protocol.Records.Validation;

/// <summary>The checks of a leader on a batch header (Kafka's <c>LogValidator.validateBatch</c>).</summary>
internal static class BatchRules
{
    public static void Check(RecordBatch batch, byte firstMagic, AppendOrigin origin, TopicPartition partition)
    {
        if (batch.Magic != firstMagic)
        {
            throw RecordsException.Invalid(
                $"Batch magic {batch.Magic} is not the same as the first batch's magic byte {firstMagic} in topic partition {partition}");
        }
        if (origin != AppendOrigin.Client)
            return;
        if (batch.Magic >= 2)
            CheckOffsets(batch.Header, partition);
        if (batch.IsControlBatch)
            throw RecordsException.Invalid($"Clients are not allowed to write control records in topic partition {partition}");
        if (batch.HasProducerId && batch.BaseSequence < 0)
        {
            throw RecordsException.Invalid(
                $"Invalid sequence number {batch.BaseSequence} in record batch with producerId {batch.ProducerId} " +
                $"in topic partition {partition}");
        }
    }

    private static void CheckOffsets(RecordBatchHeader header, TopicPartition partition)
    {
        var countFromOffsets = header.LastOffset - header.BaseOffset + 1;
        if (countFromOffsets <= 0)
        {
            throw RecordsException.Invalid(
                $"Batch has an invalid offset range: [{header.BaseOffset}, {header.LastOffset}] in topic partition {partition}");
        }
        long count = header.RecordCount;
        if (count <= 0)
            throw RecordsException.Invalid($"Invalid reported count for record batch: {count} in topic partition {partition}");
        if (countFromOffsets != count)
        {
            throw RecordsException.Invalid(
                $"Inconsistent batch offset range [{header.BaseOffset}, {header.LastOffset}] and count of records {count} " +
                $"in topic partition {partition}");
        }
    }
}
