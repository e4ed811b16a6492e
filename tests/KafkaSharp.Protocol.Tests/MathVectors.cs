using System.Text.Json.Nodes;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Protocol.Tests;

/// <summary>The lines of <c>coordinator-math.jsonl.gz</c>.</summary>
internal static class MathVectors
{
    public static IEnumerable<JsonNode> OfKind(string kind) => Vectors.Lines("coordinator-math.jsonl.gz")
        .Where(line => line.Contains($"\"kind\":\"{kind}\"", StringComparison.Ordinal))
        .Select(line => JsonNode.Parse(line)!);
}
