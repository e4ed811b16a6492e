using System.Buffers.Text;
using System.Text;
using KafkaSharp.IntegrationTests.Transactions.Checking;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;

namespace KafkaSharp.IntegrationTests.Transactions.Clients;

/// <summary>Makes batches of values, and reads what a reader of committed records sees in a Fetch response.</summary>
internal static class Records
{
    public static byte[] Batch(long producerId, short producerEpoch, int sequence, bool isTransactional, IEnumerable<Append> values)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions
        {
            ProducerId = producerId,
            ProducerEpoch = producerEpoch,
            BaseSequence = sequence,
            IsTransactional = isTransactional,
        });
        foreach (var value in values)
            builder.Append(0, [], Encoding.ASCII.GetBytes(value.Source is { } source ? $"{value.Value}:{source}" : $"{value.Value}"));
        return builder.Build().ToArray();
    }

    /// <summary>
    /// Adds the records that are not aborted, as consumers find out which these are: a list of producers and where their aborted
    /// transactions begin, and a marker where each ends.
    /// </summary>
    /// <param name="partition">What was fetched.</param>
    /// <param name="from">The offset that was asked for; batches begin before it.</param>
    /// <param name="showsAborted">A mutation: takes aborted records for committed ones.</param>
    /// <param name="into">Receives the records.</param>
    /// <returns>The next offset to fetch.</returns>
    public static long AddCommitted(
        FetchResponse.PartitionData partition, long from, bool showsAborted, List<CommittedRecord> into)
    {
        var next = from;
        var aborted = new HashSet<long>();
        var begins = (partition.AbortedTransactions ?? []).OrderBy(transaction => transaction.FirstOffset).ToList();
        foreach (var batch in new RecordBatchReader(partition.Records.GetValueOrDefault().Span))
        {
            var header = batch.Header;
            for (; begins.Count > 0 && begins[0].FirstOffset <= header.NextOffset - 1; begins.RemoveAt(0))
                aborted.Add(begins[0].ProducerId);
            using var reader = new RecordReader(batch);
            while (reader.MoveNext())
            {
                ref readonly var record = ref reader.Current;
                if (header.IsControlBatch)
                {
                    if (ControlRecords.ParseType(record.Key) == ControlRecordType.Abort)
                        aborted.Remove(header.ProducerId);
                }
                else if (record.Offset >= from && (showsAborted || !header.IsTransactional || !aborted.Contains(header.ProducerId)))
                {
                    into.Add(Parse(record.Offset, record.Value));
                }
            }
            next = header.NextOffset;
        }
        return next;
    }

    private static CommittedRecord Parse(long offset, ReadOnlySpan<byte> text)
    {
        if (!Utf8Parser.TryParse(text, out int value, out var length))
            throw new FormatException($"The value of the record at offset {offset} does not begin with a number");
        return length < text.Length && Utf8Parser.TryParse(text[(length + 1)..], out int source, out _)
            ? new CommittedRecord(offset, value, source)
            : new CommittedRecord(offset, value, null);
    }
}
