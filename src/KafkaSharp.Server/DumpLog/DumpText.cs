using System.Globalization;
using System.Text;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Server.DumpLog.Records;
using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.ProducerState;

namespace KafkaSharp.Server.DumpLog;

/// <summary>Prints the lines of <c>kafka-dump-log</c>.</summary>
internal sealed class DumpText(DumpOptions options, TextWriter output) : IDumpOutput
{
    private readonly ControlTexts _control = new();

    public void BeginFile(string path) => output.WriteLine($"Dumping {path}");

    public void BeginLog(long baseOffset) => output.WriteLine($"Log starting offset: {baseOffset}");

    public void BeginSnapshot(long endOffset, int epoch) => output.WriteLine($"Snapshot end offset: {endOffset}, epoch: {epoch}");

    public void Batch(in RecordBatch batch, long position)
    {
        var text = new StringBuilder();
        if (batch.Magic >= 2)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"baseOffset: {batch.BaseOffset} lastOffset: {batch.LastOffset} count: {batch.CountOrNull} ");
            text.Append(CultureInfo.InvariantCulture,
                $"baseSequence: {batch.BaseSequence} lastSequence: {batch.LastSequence} producerId: {batch.ProducerId} ");
            text.Append(CultureInfo.InvariantCulture, $"producerEpoch: {batch.ProducerEpoch} ");
            text.Append(CultureInfo.InvariantCulture,
                $"partitionLeaderEpoch: {batch.PartitionLeaderEpoch} isTransactional: {Java(batch.IsTransactional)} ");
            text.Append(CultureInfo.InvariantCulture,
                $"isControl: {Java(batch.IsControlBatch)} deleteHorizonMs: {OptionalLong(batch.DeleteHorizonMs)}");
        }
        else
        {
            text.Append(CultureInfo.InvariantCulture, $"offset: {batch.LastOffset}");
        }
        text.Append(CultureInfo.InvariantCulture, $" position: {position} {batch.TimestampType}: {batch.MaxTimestamp}");
        text.Append(CultureInfo.InvariantCulture,
            $" size: {batch.SizeInBytes} magic: {batch.Magic} compresscodec: {RecordNames.Codec(batch.Compression)} ");
        text.Append(CultureInfo.InvariantCulture, $"crc: {batch.Crc} isvalid: {Java(batch.IsValid)}");
        output.WriteLine(text);
    }

    public void Record(in RecordBatch batch, in Record record)
    {
        var text = new StringBuilder("|");
        if (!options.SkipsRecordMetadata)
        {
            text.Append(CultureInfo.InvariantCulture, $" offset: {record.Offset} {batch.TimestampType}: {record.Timestamp} ");
            text.Append(CultureInfo.InvariantCulture, $"keySize: {(record.HasKey ? record.Key.Length : -1)} ");
            text.Append(CultureInfo.InvariantCulture, $"valueSize: {(record.HasValue ? record.Value.Length : -1)}");
            if (batch.Magic >= 2)
            {
                text.Append(CultureInfo.InvariantCulture, $" sequence: {record.Sequence} ");
                text.Append("headerKeys: [").AppendJoin(',', RecordNames.HeaderKeys(record)).Append(']');
            }
            if (batch.IsControlBatch)
            {
                output.WriteLine(text.Append(' ').Append(_control.Of(record)));
                return;
            }
        }
        var (key, payload) = options.Records?.Of(record) ?? default;
        if (key is not null)
            text.Append(" key: ").Append(key);
        if (payload is not null)
            text.Append(" payload: ").Append(payload);
        output.WriteLine(text);
    }

    public void OffsetEntry(OffsetPosition entry) => output.WriteLine($"offset: {entry.Offset} position: {entry.Position}");

    public void TimeEntry(TimestampOffset entry) => output.WriteLine($"timestamp: {entry.Timestamp} offset: {entry.Offset}");

    public void AbortedTransaction(AbortedTransaction entry) => output.WriteLine(
        $"version: 0 producerId: {entry.ProducerId} firstOffset: {entry.FirstOffset} lastOffset: {entry.LastOffset} "
        + $"lastStableOffset: {entry.LastStableOffset}");

    public void Producer(ProducerStateEntry producer)
    {
        output.Write(
            $"producerId: {producer.ProducerId} producerEpoch: {producer.ProducerEpoch} coordinatorEpoch: {producer.CoordinatorEpoch} "
            + $"currentTxnFirstOffset: {OptionalLong(producer.CurrentTransactionFirstOffset)} lastTimestamp: {producer.LastTimestamp}");
        if (!producer.IsEmpty)
        {
            var firstSequence = RecordBatchHeader.DecrementSequence(producer.LastSequence, producer.LastOffsetDelta);
            output.Write(
                $" firstSequence: {firstSequence} lastSequence: {producer.LastSequence} lastOffset: {producer.LastDataOffset} "
                + $"offsetDelta: {producer.LastOffsetDelta} timestamp: {producer.LastTimestamp}");
        }
        output.WriteLine();
    }

    public void Note(string text) => output.WriteLine(text);

    public void Findings(string title, IEnumerable<string> lines)
    {
        output.WriteLine(title);
        foreach (var line in lines)
            output.WriteLine($"  {line}");
    }

    private static string Java(bool value) => value ? "true" : "false";

    private static string OptionalLong(long? value) =>
        value is { } number ? string.Create(CultureInfo.InvariantCulture, $"OptionalLong[{number}]") : "OptionalLong.empty";
}
