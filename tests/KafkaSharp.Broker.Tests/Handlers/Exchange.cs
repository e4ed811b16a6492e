using System.Buffers;
using System.Text.Json;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Broker.Tests.Handlers;

/// <summary>A request that a client sent to a genuine broker, and the broker's response.</summary>
internal sealed record Exchange(
    string Api, short Version, short RequestHeaderVersion, short ResponseHeaderVersion, byte[] Request, byte[] Response, string Text)
{
    /// <summary>The place of the request in the conversation.</summary>
    public int Order { get; private init; }

    /// <summary>
    /// The exchanges of a recorded conversation on its plaintext listener, or also on those where brokers speak with brokers, in the order
    /// of the responses.
    /// </summary>
    public static IEnumerable<Exchange> Of(string conversation, bool withInternal = false)
    {
        var open = new Dictionary<(int Connection, int Correlation), JsonElement>();
        foreach (var line in Vectors.Lines($"conversations/{conversation}.jsonl.gz"))
        {
            var frame = JsonDocument.Parse(line).RootElement;
            if (!frame.TryGetProperty("api", out var api) || api.ValueKind != JsonValueKind.String
                || !(frame.GetProperty("listener").GetString() is var listener
                    && (listener == "PLAINTEXT"
                        || (withInternal && (listener == "INTERNAL" || listener!.StartsWith("BROKER-", StringComparison.Ordinal))))))
                continue;
            var key = (frame.GetProperty("conn").GetInt32(), frame.GetProperty("correlationId").GetInt32());
            if (frame.GetProperty("dir").GetString() == "request")
            {
                open[key] = frame;
            }
            else if (open.Remove(key, out var request))
            {
                yield return new Exchange(
                    api.GetString()!, request.GetProperty("version").GetInt16(), request.TryGetProperty("headerVersion", out var header)
                        ? header.GetInt16() : (short)2,
                    frame.GetProperty("headerVersion").GetInt16(), Hex(request), Hex(frame), request.TryGetProperty("json", out var json)
                        ? json.GetRawText() : "")
                {
                    Order = request.GetProperty("n").GetInt32(),
                };
            }
        }
    }

    public T ReadRequest<T>()
        where T : class, IMessage<T>
    {
        var reader = new KafkaReader(Request);
        RequestHeader.Read(ref reader, RequestHeaderVersion);
        return T.Read(ref reader, Version);
    }

    /// <summary>The same request with another body.</summary>
    public byte[] WithBody<T>(T body)
        where T : class, IMessage<T>
    {
        var reader = new KafkaReader(Request);
        var header = RequestHeader.Read(ref reader, RequestHeaderVersion);
        var sink = new ArrayBufferWriter<byte>();
        var writer = new KafkaWriter(sink);
        header.Write(ref writer, RequestHeaderVersion);
        body.Write(ref writer, Version);
        writer.Flush();
        return sink.WrittenSpan.ToArray();
    }

    public T ReadResponse<T>(byte[] frame)
        where T : class, IMessage<T>
    {
        var reader = new KafkaReader(frame);
        ResponseHeader.Read(ref reader, ResponseHeaderVersion);
        var response = T.Read(ref reader, Version);
        Assert.That(reader.Remaining, Is.Zero);
        return response;
    }

    public byte[] Bytes<T>(T response)
        where T : class, IMessage<T>
    {
        var sink = new ArrayBufferWriter<byte>();
        var writer = new KafkaWriter(sink);
        response.Write(ref writer, Version);
        writer.Flush();
        return sink.WrittenSpan.ToArray();
    }

    private static byte[] Hex(JsonElement frame) => Convert.FromHexString(frame.GetProperty("hex").GetString()!);
}
