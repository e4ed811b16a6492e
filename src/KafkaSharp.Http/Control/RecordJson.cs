using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using KafkaSharp.Testing;

namespace KafkaSharp.Http.Control;

/// <summary>
/// Records in JSON. Keys and values are texts; what is not UTF-8 is base64 in <c>keyBase64</c> and <c>valueBase64</c>. A value that is sent
/// as an object, an array, a number or a boolean is its JSON.
/// </summary>
internal static class RecordJson
{
    private static readonly string[] s_fields = ["key", "keyBase64", "value", "valueBase64", "headers", "partition", "timestamp"];

    /// <param name="json">The record.</param>
    /// <param name="more">Fields that it may have beside those of a record.</param>
    /// <exception cref="FormatException">It is not a record.</exception>
    public static TestRecord Read(JsonElement json, params ReadOnlySpan<string> more)
    {
        var fields = new JsonFields("A record", json, [.. s_fields, .. more]);
        return new TestRecord
        {
            Key = ReadBytes(fields, "key"),
            Value = ReadBytes(fields, "value"),
            Headers = ReadHeaders(fields),
            Partition = fields.WholeNumber("partition"),
            Timestamp = fields.Time("timestamp"),
        };
    }

    public static void WriteFields(Utf8JsonWriter writer, TestRecord record)
    {
        writer.WriteNumber("partition", record.Partition ?? 0);
        writer.WriteNumber("offset", record.Offset);
        if (record.Timestamp is { } timestamp)
            writer.WriteString("timestamp", timestamp.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        WriteBytes(writer, "key", record.Key);
        WriteBytes(writer, "value", record.Value);
        writer.WriteObjects("headers", record.Headers, static (fields, header) =>
        {
            fields.WriteString("key", header.Key);
            WriteBytes(fields, "value", header.Value);
        });
        writer.WriteNumber("leaderEpoch", record.LeaderEpoch);
        writer.WriteNumber("producerId", record.ProducerId);
        writer.WriteNumber("producerEpoch", record.ProducerEpoch);
        writer.WriteNumber("sequence", record.Sequence);
        writer.WriteBoolean("isTransactional", record.IsTransactional);
    }

    private static void WriteBytes(Utf8JsonWriter writer, string name, byte[]? bytes)
    {
        if (bytes is null)
            writer.WriteNull(name);
        else if (Utf8.IsValid(bytes))
            writer.WriteString(name, bytes);
        else
            writer.WriteBase64String($"{name}Base64", bytes);
    }

    private static byte[]? ReadBytes(JsonFields fields, string name)
    {
        var base64 = fields.Base64($"{name}Base64");
        if (fields.Find(name) is not { } value)
            return base64;
        if (base64 is not null)
            throw new FormatException($"A record has '{name}' or '{name}Base64', not both");
        return ToBytes(value);
    }

    private static byte[] ToBytes(JsonElement value) =>
        Encoding.UTF8.GetBytes(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText());

    // An object, or an array of objects where a name may be there twice.
    private static List<KeyValuePair<string, byte[]?>> ReadHeaders(JsonFields record)
    {
        if (record.Find("headers") is not { } headers)
            return [];
        if (headers.ValueKind == JsonValueKind.Object)
        {
            return [.. headers.EnumerateObject().Select(header => new KeyValuePair<string, byte[]?>(
                header.Name, header.Value.ValueKind == JsonValueKind.Null ? null : ToBytes(header.Value)))];
        }
        return [.. record.List("headers").Select(header =>
        {
            var fields = new JsonFields("A header", header, "key", "value", "valueBase64");
            return new KeyValuePair<string, byte[]?>(fields.NeedText("key"), ReadBytes(fields, "value"));
        })];
    }
}
