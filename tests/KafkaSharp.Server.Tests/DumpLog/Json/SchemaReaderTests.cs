using System.Text.Json;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Generator.Schemas;
using KafkaSharp.Server.DumpLog.Json;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Server.Tests.DumpLog.Json;

/// <summary>The JSON of stored messages, compared with what Kafka's own converters make of the same bytes.</summary>
internal sealed class SchemaReaderTests
{
    private static readonly StoredMessages s_messages = StoredMessages.Load();

    [TestCase("metadata", 250)]
    [TestCase("coordinator-key", 110)]
    [TestCase("coordinator-value", 200)]
    [TestCase("data", 110)]
    public void Each_message_is_the_JSON_of_Kafka(string kind, int atLeast)
    {
        var count = 0;
        foreach (var line in Vectors.Lines("messages.jsonl.gz"))
        {
            using var json = JsonDocument.Parse(line);
            var vector = json.RootElement;
            if (vector.GetProperty("kind").GetString() != kind)
                continue;
            var name = vector.GetProperty("name").GetString()!;
            var version = vector.GetProperty("version").GetInt16();
            var reader = new KafkaReader(Convert.FromHexString(vector.GetProperty("hex").GetString()!));
            var text = new SchemaReader(SchemaOf(name, kind, vector), version).Read(ref reader);
            Assert.That(text, Is.EqualTo(vector.GetProperty("json").GetRawText()), $"{name} v{version} {vector.GetProperty("case")}");
            count++;
        }
        Assert.That(count, Is.AtLeast(atLeast));
    }

    private static MessageSchema SchemaOf(string name, string kind, JsonElement vector)
    {
        var type = vector.TryGetProperty("apiKey", out var key) ? key.GetInt32() : -1;
        return kind switch
        {
            "metadata" => new[] { "metadata", "remoteLog" }
                .Select(log => s_messages.Record(log, type)).First(schema => schema?.Name == name)!,
            "data" => s_messages.Data(name),
            _ => new[] { "group", "transaction", "share" }
                .Select(log => kind == "coordinator-key" ? s_messages.Key(log, type) : s_messages.Value(log, type))
                .First(schema => schema?.Name == name)!,
        };
    }
}
