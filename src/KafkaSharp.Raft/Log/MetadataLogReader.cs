using KafkaSharp.Protocol.Records;

namespace KafkaSharp.Raft;

/// <summary>Reads batches back from the log. Used on the node's event loop.</summary>
sealed class MetadataLogReader<TRecord>(IRaftLog log, BatchDecoder<TRecord> decoder)
{
    private const int ReadBytes = 1 << 20;

    /// <summary>Gives every batch between two batch boundaries to <paramref name="take"/>.</summary>
    public void Read(long from, long to, Action<CommittedBatch<TRecord>> take)
    {
        while (from < to)
        {
            var next = from;
            foreach (var batch in new RecordBatchReader(log.Read(from, ReadBytes).Span))
            {
                if (batch.LastOffset < next)
                    continue;
                if (batch.LastOffset >= to)
                    return;
                take(decoder.Decode(batch));
                next = batch.NextOffset;
            }
            if (next == from)
                throw new InvalidDataException($"The metadata log has no batch at offset {from}, below its high watermark or end {to}");
            from = next;
        }
    }

    /// <summary>
    /// Gives every control record from a batch boundary up to the end to <paramref name="take"/>, without decoding what lies between.
    /// </summary>
    public void ReadControlRecords(long from, Action<long, RaftControlRecord> take)
    {
        var end = log.EndOffset.Offset;
        while (from < end)
        {
            var next = from;
            foreach (var batch in new RecordBatchReader(log.Read(from, ReadBytes).Span))
            {
                next = batch.NextOffset;
                if (!batch.IsControlBatch)
                    continue;
                foreach (var (offset, record) in ControlBatch.Decode(batch))
                    take(offset, record);
            }
            if (next == from)
                throw new InvalidDataException($"The metadata log has no batch at offset {from}, before its end {end}");
            from = next;
        }
    }
}
