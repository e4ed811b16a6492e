using System.Text;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;

namespace KafkaSharp.Testing;

/// <summary>Converts the records of tests to batches of the wire and back.</summary>
internal static class TestRecordBatches
{
    /// <summary>One uncompressed batch with the records in their order. All of them have a timestamp.</summary>
    public static byte[] Encode(IReadOnlyList<TestRecord> records)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        foreach (var record in records)
            builder.Append(builder.NextOffset, record.Timestamp!.Value.ToUnixTimeMilliseconds(), record.Key, record.Value, record.Headers);
        return builder.Build().ToArray();
    }

    /// <summary>
    /// Adds the records of complete batches from an offset on, without control records and without those of aborted transactions. Returns
    /// the offset behind the last batch.
    /// </summary>
    /// <param name="batches">The records of a fetch response.</param>
    /// <param name="partition">Their partition.</param>
    /// <param name="fromOffset">Earlier records are left out.</param>
    /// <param name="aborted">The aborted transactions of the response, by their first offset.</param>
    /// <param name="into">Where the records are added.</param>
    public static long Decode(
        ReadOnlySpan<byte> batches,
        int partition,
        long fromOffset,
        List<FetchResponse.AbortedTransaction> aborted,
        List<TestRecord> into)
    {
        var next = fromOffset;
        var reached = 0;
        HashSet<long> aborting = [];
        foreach (var batch in new RecordBatchReader(batches))
        {
            next = Math.Max(next, batch.NextOffset);
            for (; reached < aborted.Count && aborted[reached].FirstOffset <= batch.LastOffset; reached++)
                aborting.Add(aborted[reached].ProducerId);
            if (batch.IsControlBatch)
                aborting.Remove(batch.ProducerId);
            else if (!batch.IsTransactional || !aborting.Contains(batch.ProducerId))
                Add(batch, partition, fromOffset, into);
        }
        return next;
    }

    private static void Add(RecordBatch batch, int partition, long fromOffset, List<TestRecord> into)
    {
        using var records = new RecordReader(batch);
        while (records.MoveNext())
        {
            if (records.Current.Offset >= fromOffset)
                into.Add(ToRecord(records.Current, batch, partition));
        }
    }

    private static TestRecord ToRecord(in Record record, RecordBatch batch, int partition) => new()
    {
        Key = record.HasKey ? record.Key.ToArray() : null,
        Value = record.HasValue ? record.Value.ToArray() : null,
        Headers = HeadersOf(record),
        Timestamp = record.Timestamp < 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(record.Timestamp),
        Partition = partition,
        Offset = record.Offset,
        LeaderEpoch = batch.PartitionLeaderEpoch,
        ProducerId = batch.ProducerId,
        ProducerEpoch = batch.ProducerEpoch,
        Sequence = record.Sequence,
        IsTransactional = batch.IsTransactional,
    };

    private static List<KeyValuePair<string, byte[]?>> HeadersOf(in Record record)
    {
        var headers = new List<KeyValuePair<string, byte[]?>>(record.HeaderCount);
        foreach (var header in record.Headers)
            headers.Add(new(Encoding.UTF8.GetString(header.Key), header.HasValue ? header.Value.ToArray() : null));
        return headers;
    }
}
