using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.IntegrationTests;

/// <summary>A connection that sends a request in a given version and reads the response.</summary>
sealed class RawClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TcpClient _client = new() { NoDelay = true };
    private int _correlationId;

    public RawClient(IPEndPoint broker) => _client.Connect(broker);

    public async Task<TResponse> AskAsync<TRequest, TResponse>(TRequest request, short version)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IResponse<TResponse>
    {
        var range = ApiVersionRanges.Get(TRequest.ApiKey);
        var frame = new ArrayBufferWriter<byte>();
        Write(frame, request, version, range);
        var prefix = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(prefix, frame.WrittenCount);
        var stream = _client.GetStream();
        await stream.WriteAsync(prefix);
        await stream.WriteAsync(frame.WrittenMemory);
        await stream.ReadExactlyAsync(prefix).AsTask().WaitAsync(Patience);
        var answer = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix)];
        await stream.ReadExactlyAsync(answer).AsTask().WaitAsync(Patience);
        return Read<TResponse>(answer, version, range);
    }

    public void Dispose() => _client.Dispose();

    private void Write(ArrayBufferWriter<byte> frame, IMessage request, short version, ApiVersionRange range)
    {
        var writer = new KafkaWriter(frame);
        new RequestHeader
        {
            RequestApiKey = (short)range.ApiKey,
            RequestApiVersion = version,
            CorrelationId = ++_correlationId,
            ClientId = "raw",
        }.Write(ref writer, range.RequestHeaderVersion(version));
        request.Write(ref writer, version);
        writer.Flush();
    }

    private TResponse Read<TResponse>(byte[] answer, short version, ApiVersionRange range)
        where TResponse : class, IResponse<TResponse>
    {
        var reader = new KafkaReader(answer);
        var header = ResponseHeader.Read(ref reader, range.ResponseHeaderVersion(version));
        Assert.That(header.CorrelationId, Is.EqualTo(_correlationId));
        return TResponse.Read(ref reader, version);
    }
}
