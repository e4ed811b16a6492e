using System.Text.Json.Nodes;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Protocol.Tests.Messages;

/// <summary>A line of <c>messages.jsonl.gz</c>: a message in one version as JSON and as bytes, made by Apache Kafka 4.3.1.</summary>
internal sealed record MessageVector(
    string Name, string Kind, short Version, string Case, JsonObject Json, byte[] Bytes, byte[]? Framed, short ApiKey,
    List<RawTaggedField>? UnknownTags)
{
    public const int Count = 4351;

    public static IEnumerable<MessageVector> All() => Vectors.Lines("messages.jsonl.gz").Select(Parse);

    public override string ToString() => $"{Name} v{Version} {Case}";

    private static MessageVector Parse(string line)
    {
        var json = JsonNode.Parse(line)!.AsObject();
        var tags = json["unknownTags"]?.AsArray()
            .Select(t => new RawTaggedField(t!["tag"]!.GetValue<int>(), Convert.FromHexString(t["hex"]!.GetValue<string>())))
            .ToList();
        return new(
            json["name"]!.GetValue<string>(),
            json["kind"]!.GetValue<string>(),
            json["version"]!.GetValue<short>(),
            json["case"]!.GetValue<string>(),
            json["json"]!.AsObject(),
            Convert.FromHexString(json["hex"]!.GetValue<string>()),
            json["framedHex"] is { } framed ? Convert.FromHexString(framed.GetValue<string>()) : null,
            json["apiKey"]?.GetValue<short>() ?? -1,
            tags);
    }
}
