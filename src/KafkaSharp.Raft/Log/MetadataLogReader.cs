using KafkaSharp.Protocol.Records.Reading;

namespace KafkaSharp.Raft.Log;

/// <summary>Reads batches back from the log. Used on the node's event loop.</summary>
sealed class MetadataLogReader<TRecord>(IRaftLog log, BatchDecoder<TRecord> decoder)
{
    private const int ReadBytes = 1 << 20;

    /// <summary>
    /// Gives every batch from the one that holds <paramref name="from"/> on that ends before <paramref name="to"/> to
    /// <paramref name="take"/>, in runs.
    /// </summary>
    public void Read(long from, long to, Action<IReadOnlyList<CommittedBatch<TRecord>>> take)
    {
        while (from < to)
        {
            var run = ReadRun(from, to, out var next);
            if (next == from)
                throw new InvalidDataException($"The metadata log has no batch at offset {from}, below its high watermark or end {to}");
            if (run.Count > 0)
                take(run);
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

    // Where reading goes on is in next: behind to where that lies within a batch.
    private List<CommittedBatch<TRecord>> ReadRun(long from, long to, out long next)
    {
        next = from;
        var run = new List<CommittedBatch<TRecord>>();
        foreach (var batch in new RecordBatchReader(log.Read(from, ReadBytes).Span))
        {
            if (batch.LastOffset < from)
                continue;
            next = batch.NextOffset;
            if (batch.LastOffset >= to)
                break;
            run.Add(decoder.Decode(batch));
        }
        return run;
    }
}
