using System.Text.Json.Nodes;

namespace KafkaSharp.Protocol.Tests.Messages;

/// <summary>Every message of Kafka in every version, compared with bytes and JSON written by Kafka's classes.</summary>
internal sealed class MessageVectorTests
{
    [Test]
    public void Every_vector_decodes_to_its_json_and_encodes_to_its_bytes() => Check(vector =>
    {
        var (message, read) = MessageCodec.Of(vector.Name).Decode(vector.Bytes, vector.Version);
        if (read != vector.Bytes.Length)
            return $"read {read} of {vector.Bytes.Length} bytes";
        var json = new MessageJson(MessageSchemas.All[vector.Name], vector.Version).ToJson(message);
        if (!JsonNode.DeepEquals(json, vector.Json))
            return $"decoded to {json.ToJsonString()}\ninstead of {vector.Json.ToJsonString()}";
        var tags = Describe(message.UnknownTaggedFields);
        if (tags != Describe(vector.UnknownTags))
            return $"unknown tags {tags} instead of {Describe(vector.UnknownTags)}";
        return Compare(MessageCodec.Encode(message, vector.Version), vector.Bytes);
    });

    [Test]
    public void Every_vector_encodes_to_its_bytes_from_its_json() => Check(vector =>
    {
        var message = new MessageJson(MessageSchemas.All[vector.Name], vector.Version).FromJson(vector.Json);
        message.UnknownTaggedFields = vector.UnknownTags;
        return Compare(MessageCodec.Encode(message, vector.Version), vector.Bytes);
    });

    [Test]
    public void Every_schema_has_vectors_in_each_of_its_versions()
    {
        var seen = MessageVector.All().Select(v => (v.Name, v.Version)).ToHashSet();
        var expected = MessageSchemas.All.Values
            .SelectMany(m => Enumerable.Range(m.Versions.Lowest, m.Versions.Highest - m.Versions.Lowest + 1)
                .Select(v => (m.Name, (short)v)))
            .ToList();
        Assert.That(seen, Is.EquivalentTo(expected));
    }

    private static void Check(Func<MessageVector, string?> check)
    {
        var faults = new List<string>();
        var lines = 0;
        foreach (var vector in MessageVector.All())
        {
            lines++;
            string? fault;
            try
            {
                fault = check(vector);
            }
            catch (Exception e) when (e is not AssertionException)
            {
                fault = e.ToString();
            }
            if (fault is not null)
                faults.Add($"{vector}: {fault}");
        }
        Assert.That(faults, Is.Empty, string.Join('\n', faults.Take(10)));
        Assert.That(lines, Is.EqualTo(MessageVector.Count));
    }

    private static string? Compare(byte[] actual, byte[] expected) => actual.AsSpan().SequenceEqual(expected)
        ? null
        : $"encoded to {Convert.ToHexStringLower(actual)}\ninstead of {Convert.ToHexStringLower(expected)}";

    private static string Describe(List<RawTaggedField>? fields) =>
        string.Join(' ', (fields ?? []).Select(f => $"{f.Tag}={Convert.ToHexStringLower(f.Data)}"));
}
