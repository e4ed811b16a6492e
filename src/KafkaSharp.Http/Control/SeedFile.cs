using System.Text.Json;
using KafkaSharp.Testing;

namespace KafkaSharp.Http.Control;

/// <summary>Records for the start of a test broker, from a file of JSON lines: a record with its <c>topic</c> on each.</summary>
public static class SeedFile
{
    /// <exception cref="FormatException">A line is not a record; the message has its number.</exception>
    public static void Read(IEnumerable<string> lines, TestRecordCollection into)
    {
        ArgumentNullException.ThrowIfNull(lines);
        ArgumentNullException.ThrowIfNull(into);
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            try
            {
                using var document = JsonDocument.Parse(line);
                var record = RecordJson.Read(document.RootElement, "topic");
                into.Add(TopicOf(document.RootElement), record);
            }
            catch (Exception e) when (e is JsonException or FormatException)
            {
                throw new FormatException($"line {number}: {e.Message}", e);
            }
        }
    }

    private static string TopicOf(JsonElement record) =>
        record.TryGetProperty("topic", out var topic) && topic.ValueKind == JsonValueKind.String
            ? topic.GetString()!
            : throw new FormatException("A record of a seed needs its 'topic'");
}
