using KafkaSharp.Protocol.Records.Reading;

namespace KafkaSharp.Raft.Log;

/// <summary>Reads batches from the log. Used on the node's event loop.</summary>
internal sealed class MetadataLogReader<TRecord>(IRaftLog log, BatchDecoder<TRecord> decoder)
{
    private const int ReadBytes = 1 << 20;

    /// <summary>
    /// Passes batches to <paramref name="take"/>, several per call: from the batch that contains <paramref name="from"/> to the last batch
    /// that ends before <paramref name="to"/>.
    /// </summary>
    public void Read(long from, long to, Action<IReadOnlyList<CommittedBatch<TRecord>>> take)
    {
        while (from < to)
        {
            var run = ReadRun(from, to, out var next);
            if (next == from)
            {
                throw new InvalidDataException(
                    $"The metadata log has no batch at offset {from}, although all offsets before {to} must be in it");
            }
            if (run.Count > 0)
                take(run);
            from = next;
        }
    }

    /// <summary>
    /// Passes every control record from a batch boundary to the end of the log to <paramref name="take"/>. Data records are not decoded.
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
                throw new InvalidDataException($"The metadata log has no batch at offset {from}, although it ends at offset {end}");
            from = next;
        }
    }

    // next is the offset at which to continue. It is greater than to if a batch contains to.
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
