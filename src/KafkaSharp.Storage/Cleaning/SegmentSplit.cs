using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Cleaning;

/// <summary>
/// Divides a segment whose last offsets are more than 2^31 above its first, so that its indexes cannot name them, into segments without
/// such offsets (Kafka's <c>splitOverflowedSegment</c>). Old versions of Kafka could write one. All batches stay as they are.
/// </summary>
internal sealed class SegmentSplit(PartitionLog log, CleaningAccess.Cleaned cleaning)
{
    public void Run(LogSegment segment)
    {
        List<LogSegment> parts = [];
        var isReplaced = false;
        try
        {
            using var scan = new SegmentScan(segment);
            for (var position = 0; position < segment.Size;)
            {
                var window = scan.Read(position, out _);
                if (window.IsEmpty)
                    throw OffsetMapBuilder.NotWhole(segment, position);
                foreach (var batch in new RecordBatchReader(window))
                {
                    if (parts.Count == 0 || !parts[^1].CanHold(batch.LastOffset))
                        parts.Add(log.Cleaning.CreateSegment(cleaning, parts.Count == 0 ? segment.BaseOffset : batch.BaseOffset));
                    parts[^1].Append(batch.Bytes.ToArray(), batch.LastOffset);
                    position += batch.SizeInBytes;
                }
            }
            Finish(segment, parts);
            isReplaced = log.Cleaning.TryReplace(cleaning, parts, [segment]);
            if (isReplaced)
                log.Options.Logger.SegmentSplit(log.TopicPartition, segment.BaseOffset, parts.Count);
        }
        finally
        {
            if (!isReplaced)
                log.Cleaning.Discard(cleaning, parts);
        }
    }

    private static void Finish(LogSegment segment, List<LogSegment> parts)
    {
        for (var slot = 0; slot < segment.TransactionIndex.EntryCount; slot++)
        {
            var aborted = segment.TransactionIndex.Entry(slot);
            parts.FindLast(part => part.BaseOffset <= aborted.LastOffset)!.AppendAborted(aborted);
        }
        foreach (var part in parts)
        {
            part.OnBecomeInactive();
            part.Flush();
            part.LastModified = segment.LastModified;
        }
    }
}
