using System.Globalization;
using System.Text;
using System.Text.Json;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;

namespace KafkaSharp.Protocol.Tests.Records;

/// <summary>Reads the lines of record-batches.jsonl.gz and compares batches with Kafka's results for them.</summary>
internal static class BatchVector
{
    public static List<JsonElement> Lines(string file, string? group = null)
    {
        var found = new List<JsonElement>();
        foreach (var line in TestInfrastructure.Vectors.Lines(file))
        {
            using var document = JsonDocument.Parse(line);
            if (group is null || document.RootElement.GetProperty("group").GetString() == group)
                found.Add(document.RootElement.Clone());
        }
        return found;
    }

    public static string Case(this JsonElement line) => line.GetProperty("case").GetString()!;

    public static byte[] Bytes(this JsonElement line, string name = "hex") => Convert.FromHexString(line.GetProperty(name).GetString()!);

    /// <summary>Kafka's result of one check: null if it passed, otherwise the error code and the message of its exception.</summary>
    public static (ErrorCode Code, string? Message)? Fault(this JsonElement response)
    {
        if (response.GetProperty("ok").GetBoolean())
            return null;
        var name = response.GetProperty("exception").GetString()!.Split('.')[^1];
        var message = response.GetProperty("message").GetString();
        if (name == "RecordValidationException")
        {
            name = response.GetProperty("invalidException").GetString()!.Split('.')[^1];
            message = response.GetProperty("invalidMessage").GetString();
        }
        return name switch
        {
            "CorruptRecordException" => (ErrorCode.CorruptMessage, message),
            "InvalidRecordException" => (ErrorCode.InvalidRecord, message),
            "InvalidTimestampException" => (ErrorCode.InvalidTimestamp, message),
            // Exceptions of the JVM. Clients do not receive their text.
            _ => (ErrorCode.UnknownServerError, null),
        };
    }

    /// <summary>
    /// The differences between the batches in the bytes and those that Kafka parsed. Sizes and CRCs of compressed batches can be excluded.
    /// </summary>
    public static string Differences(JsonElement expected, ReadOnlySpan<byte> bytes, bool ignoreCompressedSize = false)
    {
        var faults = new StringBuilder();
        var reader = new RecordBatchReader(bytes);
        foreach (var batch in expected.EnumerateArray())
        {
            if (!reader.MoveNext())
                return faults.Append("too few batches").ToString();
            Compare(faults, batch, reader.Current, ignoreCompressedSize);
        }
        if (reader.MoveNext())
            faults.Append("too many batches");
        return faults.ToString();
    }

    private static void Compare(StringBuilder faults, JsonElement expected, RecordBatch batch, bool ignoreCompressedSize)
    {
        var isCompressed = batch.Compression != Compression.CompressionType.None;
        foreach (var field in expected.EnumerateObject())
        {
            if (ignoreCompressedSize && isCompressed && field.Name is "sizeInBytes" or "crc")
                continue;
            var actual = field.Name switch
            {
                "magic" => batch.Magic.ToString(),
                "baseOffset" => batch.BaseOffset.ToString(),
                "lastOffset" => batch.LastOffset.ToString(),
                "nextOffset" => batch.NextOffset.ToString(),
                "sizeInBytes" => batch.SizeInBytes.ToString(),
                "crc" => batch.Crc.ToString(),
                "isValid" => Text(batch.IsValid),
                "compression" => batch.Compression.ToString().ToLowerInvariant(),
                "timestampType" => batch.TimestampType.ToString(),
                "maxTimestamp" => batch.MaxTimestamp.ToString(),
                "countOrNull" => batch.CountOrNull?.ToString() ?? "",
                "attributes" => (batch.Magic >= 2 ? batch.Header.Attributes : batch.Bytes[17]).ToString(),
                "lastOffsetDelta" => batch.Header.LastOffsetDelta.ToString(),
                "baseTimestamp" => batch.Header.BaseTimestamp.ToString(),
                "partitionLeaderEpoch" => batch.PartitionLeaderEpoch.ToString(),
                "producerId" => batch.ProducerId.ToString(),
                "producerEpoch" => batch.ProducerEpoch.ToString(),
                "baseSequence" => batch.BaseSequence.ToString(),
                "lastSequence" => batch.LastSequence.ToString(),
                "isTransactional" => Text(batch.IsTransactional),
                "isControlBatch" => Text(batch.IsControlBatch),
                "deleteHorizonMs" => batch.DeleteHorizonMs?.ToString() ?? "",
                "records" => field.Value.ToString(),
                _ => "unknown field",
            };
            if (actual != field.Value.ToString())
                faults.Append(CultureInfo.InvariantCulture, $"{field.Name} is {actual}, not {field.Value}; ");
        }
        var records = new RecordReader(batch);
        foreach (var record in expected.GetProperty("records").EnumerateArray())
        {
            if (!records.MoveNext())
            {
                faults.Append("too few records; ");
                break;
            }
            Compare(faults, record, records.Current);
        }
        if (records.MoveNext())
            faults.Append("too many records; ");
        records.Dispose();
    }

    private static void Compare(StringBuilder faults, JsonElement expected, in Record record)
    {
        foreach (var field in expected.EnumerateObject())
        {
            var actual = field.Name switch
            {
                "offset" => record.Offset.ToString(),
                "timestamp" => record.Timestamp.ToString(),
                "sequence" => record.Sequence.ToString(),
                "sizeInBytes" => record.SizeInBytes.ToString(),
                "key" => Hex(record.Key, record.HasKey),
                "value" => Hex(record.Value, record.HasValue),
                "headers" => Headers(record),
                "controlType" => Control(ControlRecords.ParseType(record.Key)),
                _ => "unknown field",
            };
            var wanted = field.Name == "headers" ? Headers(field.Value) : Nullable(field.Value);
            if (actual != wanted)
                faults.Append(CultureInfo.InvariantCulture, $"{field.Name} of {record.Offset} is {actual}, not {wanted}; ");
        }
    }

    private static string Headers(in Record record)
    {
        var text = new StringBuilder();
        foreach (var header in record.Headers)
            text.Append(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetString(header.Key)}={Hex(header.Value, header.HasValue)},");
        return text.ToString();
    }

    private static string Headers(JsonElement headers)
    {
        var text = new StringBuilder();
        foreach (var header in headers.EnumerateArray())
            text.Append(CultureInfo.InvariantCulture, $"{header.GetProperty("key").GetString()}={Nullable(header.GetProperty("value"))},");
        return text.ToString();
    }

    private static string Control(ControlRecordType type) =>
        string.Concat(
            type.ToString().Select((c, i) => i > 0 && char.IsUpper(c) && !char.IsUpper(type.ToString()[i - 1]) ? $"_{c}" : $"{c}"))
            .ToUpperInvariant().Replace("KRAFT", "KRAFT_", StringComparison.Ordinal).Replace("__", "_", StringComparison.Ordinal);

    private static string Nullable(JsonElement value) => value.ValueKind == JsonValueKind.Null ? "null" : value.ToString();

    private static string Hex(ReadOnlySpan<byte> bytes, bool present) => present ? Convert.ToHexStringLower(bytes) : "null";

    private static string Text(bool value) => value ? "True" : "False";
}
