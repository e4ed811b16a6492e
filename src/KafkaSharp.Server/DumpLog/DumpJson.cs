using System.Text.Json;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Server.DumpLog.Json;
using KafkaSharp.Server.DumpLog.Records;
using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.ProducerState;

namespace KafkaSharp.Server.DumpLog;

/// <summary>
/// Prints a dump for programs to read: one JSON object a line, whose <c>type</c> says what it is. Numbers that are absent are null; the
/// names are those of the lines of <c>kafka-dump-log</c>.
/// </summary>
internal sealed class DumpJson(DumpOptions options, TextWriter output) : IDumpOutput
{
    private readonly JsonLines _lines = new(output);
    private readonly ControlTexts _control = new();

    public void BeginFile(string path) => _lines.Write("file", json => json.WriteString("path", path));

    public void BeginLog(long baseOffset) => _lines.Write("log", json => json.WriteNumber("startingOffset", baseOffset));

    public void BeginSnapshot(long endOffset, int epoch) => _lines.Write("snapshot", json =>
    {
        json.WriteNumber("endOffset", endOffset);
        json.WriteNumber("epoch", epoch);
    });

    public void Batch(in RecordBatch batch, long position)
    {
        using var line = _lines.Begin("batch");
        var json = line.Json;
        json.WriteNumber("position", position);
        json.WriteNumber("size", batch.SizeInBytes);
        json.WriteNumber("magic", batch.Magic);
        json.WriteString("compresscodec", RecordNames.Codec(batch.Compression));
        json.WriteNumber("crc", batch.Crc);
        json.WriteBoolean("isvalid", batch.IsValid);
        json.WriteString("timestampType", batch.TimestampType.ToString());
        json.WriteNumber("timestamp", batch.MaxTimestamp);
        json.WriteNumber("lastOffset", batch.LastOffset);
        if (batch.Magic < 2)
            return;
        json.WriteNumber("baseOffset", batch.BaseOffset);
        WriteOptional(json, "count", batch.CountOrNull);
        json.WriteNumber("baseSequence", batch.BaseSequence);
        json.WriteNumber("lastSequence", batch.LastSequence);
        json.WriteNumber("producerId", batch.ProducerId);
        json.WriteNumber("producerEpoch", batch.ProducerEpoch);
        json.WriteNumber("partitionLeaderEpoch", batch.PartitionLeaderEpoch);
        json.WriteBoolean("isTransactional", batch.IsTransactional);
        json.WriteBoolean("isControl", batch.IsControlBatch);
        WriteOptional(json, "deleteHorizonMs", batch.DeleteHorizonMs);
    }

    public void Record(in RecordBatch batch, in Record record)
    {
        using var line = _lines.Begin("record");
        var json = line.Json;
        json.WriteNumber("offset", record.Offset);
        if (!options.SkipsRecordMetadata)
        {
            json.WriteNumber("timestamp", record.Timestamp);
            json.WriteNumber("keySize", record.HasKey ? record.Key.Length : -1);
            json.WriteNumber("valueSize", record.HasValue ? record.Value.Length : -1);
            if (batch.Magic >= 2)
                json.WriteNumber("sequence", record.Sequence);
            json.WriteStartArray("headerKeys");
            foreach (var key in RecordNames.HeaderKeys(record))
                json.WriteStringValue(key);
            json.WriteEndArray();
        }
        if (batch.IsControlBatch)
        {
            json.WriteString("control", _control.Of(record));
            return;
        }
        var (keyText, payload) = options.Records?.Of(record) ?? default;
        WriteText(json, "key", keyText);
        WriteText(json, "payload", payload);
    }

    public void OffsetEntry(OffsetPosition entry) => _lines.Write("offsetIndexEntry", json =>
    {
        json.WriteNumber("offset", entry.Offset);
        json.WriteNumber("position", entry.Position);
    });

    public void TimeEntry(TimestampOffset entry) => _lines.Write("timeIndexEntry", json =>
    {
        json.WriteNumber("timestamp", entry.Timestamp);
        json.WriteNumber("offset", entry.Offset);
    });

    public void AbortedTransaction(AbortedTransaction entry) => _lines.Write("abortedTransaction", json =>
    {
        json.WriteNumber("producerId", entry.ProducerId);
        json.WriteNumber("firstOffset", entry.FirstOffset);
        json.WriteNumber("lastOffset", entry.LastOffset);
        json.WriteNumber("lastStableOffset", entry.LastStableOffset);
    });

    public void Producer(ProducerStateEntry producer) => _lines.Write("producer", json =>
    {
        json.WriteNumber("producerId", producer.ProducerId);
        json.WriteNumber("producerEpoch", producer.ProducerEpoch);
        json.WriteNumber("coordinatorEpoch", producer.CoordinatorEpoch);
        WriteOptional(json, "currentTxnFirstOffset", producer.CurrentTransactionFirstOffset);
        json.WriteNumber("lastTimestamp", producer.LastTimestamp);
        if (producer.IsEmpty)
            return;
        json.WriteNumber("firstSequence", RecordBatchHeader.DecrementSequence(producer.LastSequence, producer.LastOffsetDelta));
        json.WriteNumber("lastSequence", producer.LastSequence);
        json.WriteNumber("lastOffset", producer.LastDataOffset);
        json.WriteNumber("offsetDelta", producer.LastOffsetDelta);
    });

    public void Note(string text) => _lines.Write("note", json => json.WriteString("text", text));

    public void Findings(string title, IEnumerable<string> lines)
    {
        foreach (var found in lines)
        {
            _lines.Write("finding", json =>
            {
                json.WriteString("title", title);
                json.WriteString("text", found);
            });
        }
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }

    /// <summary>The text of a decoder is JSON already, unless the record could not be decoded.</summary>
    private void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is null)
            return;
        json.WritePropertyName(name);
        if (options.Records!.IsJson && text.StartsWith('{'))
            json.WriteRawValue(text);
        else
            json.WriteStringValue(text);
    }
}
