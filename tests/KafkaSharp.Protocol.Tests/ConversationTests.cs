using System.Text.Json.Nodes;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Tests.Messages;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Protocol.Tests;

/// <summary>
/// Every frame of the recorded conversations between clients and brokers: header and body decode to their JSON and encode to the same
/// bytes.
/// </summary>
internal sealed class ConversationTests
{
    // The repository contains a few conversations. All are tested if the vectors are available.
    private static IEnumerable<string> Scenarios()
    {
        string?[] folders =
        [
            Path.Combine(Vectors.RepositoryRoot, "tests", "vectors"),
            Environment.GetEnvironmentVariable("KAFKASHARP_VECTORS"),
            Path.Combine(Vectors.RepositoryRoot, "..", "shared", "vectors"),
        ];
        return folders.Where(f => !string.IsNullOrEmpty(f)).Select(f => Path.Combine(f!, "conversations")).Where(Directory.Exists)
            .SelectMany(f => Directory.EnumerateFiles(f, "*.jsonl.gz", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(f, file)))
            .Distinct().Order();
    }

    [TestCaseSource(nameof(Scenarios))]
    public void Frames_decode_and_encode(string scenario)
    {
        foreach (var line in Vectors.Lines(Path.Combine("conversations", scenario)))
        {
            var json = JsonNode.Parse(line)!.AsObject();
            if (json["hex"] is not { } hex)
                continue;
            var frame = Convert.FromHexString(hex.GetValue<string>());
            var label = $"{scenario} line {json["n"]}";
            var isRequest = json["dir"]!.GetValue<string>() == "request";
            if (json["json"] is JsonObject body)
                Check(frame, json, body, isRequest, label);
            else if (isRequest)
                Assert.That(() => DecodeRequest(frame), Throws.TypeOf<ProtocolException>(), label);
        }
    }

    private static void Check(byte[] frame, JsonObject json, JsonObject body, bool isRequest, string label)
    {
        var (position, header) = isRequest ? Request(frame, json, label) : Response(frame, json, label);
        var api = ApiVersionRanges.Get((ApiKey)json["apiKey"]!.GetValue<short>());
        var version = short.Min(json["version"]!.GetValue<short>(), api.Highest);
        var name = api.ApiKey + (isRequest ? "Request" : "Response");
        var left = json["bytesLeft"]?.GetValue<int>() ?? 0;
        var (message, read) = MessageCodec.Of(name).Decode(frame.AsMemory(position), version);
        Assert.That(read, Is.EqualTo(frame.Length - position - left), label);
        var actual = new MessageJson(MessageSchemas.All[name], version).ToJson(message);
        Assert.That(JsonNode.DeepEquals(actual, body), Is.True, () => $"{label}\n{actual.ToJsonString()}\n{body.ToJsonString()}");
        // One of the malformed frames has a length of -100, which is read as null but is never written.
        if (!label.StartsWith("garbage", StringComparison.Ordinal))
            Assert.That((byte[])[.. header, .. MessageCodec.Encode(message, version)], Is.EqualTo(frame[..^left]), label);
    }

    // The header version depends on the API and the request version, which are at the start of the frame.
    private static RequestHeader ReadHeader(ref KafkaReader reader, out ApiVersionRange api)
    {
        var ahead = reader;
        var key = ahead.ReadInt16();
        if (!ApiVersionRanges.TryGet(key, out var range) || !range.Exists)
            throw new ProtocolException($"Unknown API key {key}");
        api = range;
        return RequestHeader.Read(ref reader, api.RequestHeaderVersion(ahead.ReadInt16()));
    }

    private static void DecodeRequest(byte[] frame)
    {
        var reader = new KafkaReader(frame);
        var header = ReadHeader(ref reader, out var api);
        MessageCodec.Of(api.ApiKey + "Request").Decode(frame.AsMemory(reader.Position), header.RequestApiVersion);
    }

    private static (int, byte[]) Request(byte[] frame, JsonObject json, string label)
    {
        var reader = new KafkaReader(frame);
        var header = ReadHeader(ref reader, out var api);
        Assert.That(header.CorrelationId, Is.EqualTo(json["correlationId"]!.GetValue<int>()), label);
        Assert.That(api.ApiKey, Is.EqualTo((ApiKey)header.RequestApiKey), label);
        var version = api.RequestHeaderVersion(header.RequestApiVersion);
        Assert.That(version, Is.EqualTo(json["headerVersion"]!.GetValue<short>()), label);
        return (reader.Position, frame[..reader.Position]);
    }

    private static (int, byte[]) Response(byte[] frame, JsonObject json, string label)
    {
        var key = (ApiKey)json["apiKey"]!.GetValue<short>();
        var version = ApiVersionRanges.Get(key).ResponseHeaderVersion(json["version"]!.GetValue<short>());
        Assert.That(version, Is.EqualTo(json["headerVersion"]!.GetValue<short>()), label);
        var reader = new KafkaReader(frame);
        var header = KafkaSharp.Protocol.Messages.ResponseHeader.Read(ref reader, version);
        return (reader.Position, MessageCodec.Encode(header, version));
    }
}
