using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CompareRequests.Schemas;

namespace CompareRequests.Wire;

/// <summary>A connection that sends one request at a time and says what came of it.</summary>
internal sealed class BrokerConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly string _clientId;
    private int _correlationId;

    public BrokerConnection(IPEndPoint broker, string clientId = "compare")
    {
        _clientId = clientId;
        _socket.Connect(broker);
    }

    public void Send(string api, int version, Dictionary<string, object?> request)
    {
        var schema = ApiCatalog.Request(api);
        Send(api, version, MessageWriter.Write(schema, version, request));
    }

    public void Send(string api, int version, byte[] body)
    {
        var frame = new MemoryStream();
        Span<byte> header = stackalloc byte[14];
        BinaryPrimitives.WriteInt16BigEndian(header[4..], (short)ApiCatalog.Api(api).Key);
        BinaryPrimitives.WriteInt16BigEndian(header[6..], (short)version);
        BinaryPrimitives.WriteInt32BigEndian(header[8..], ++_correlationId);
        var client = Encoding.UTF8.GetBytes(_clientId);
        BinaryPrimitives.WriteInt16BigEndian(header[12..], (short)client.Length);
        frame.Write(header);
        frame.Write(client);
        if (ApiCatalog.Api(api).FlexibleVersions.Has(version))
            frame.WriteByte(0);
        frame.Write(body);
        var bytes = frame.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(bytes, bytes.Length - 4);
        _socket.Send(bytes);
    }

    /// <summary>Waits for the first byte of a response. False: there is none after this time.</summary>
    public bool Await(TimeSpan time) => _socket.Poll(time, SelectMode.SelectRead);

    /// <summary>The response to the last request; null if the broker closed the connection.</summary>
    public Dictionary<string, object?>? Receive(string api, int version)
    {
        if (Fill(new byte[4]) is not { } size || Fill(new byte[BinaryPrimitives.ReadInt32BigEndian(size)]) is not { } frame)
            return null;
        if (BinaryPrimitives.ReadInt32BigEndian(frame) != _correlationId)
            throw new InvalidDataException("another correlation id");
        var hasTags = ApiCatalog.Api(api).FlexibleVersions.Has(version) && api != "ApiVersions";
        try
        {
            return MessageReader.Read(ApiCatalog.Response(api), version, frame, hasTags ? 5 : 4);
        }
        catch (InvalidDataException) when (api == "ApiVersions")
        {
            // A request with an unknown version has a response of version 0.
            return MessageReader.Read(ApiCatalog.Response(api), 0, frame, 4);
        }
    }

    public void Dispose() => _socket.Dispose();

    private byte[]? Fill(byte[] bytes)
    {
        _socket.ReceiveTimeout = 10_000;
        for (var count = 0; count < bytes.Length;)
        {
            var more = _socket.Receive(bytes.AsSpan(count));
            if (more == 0)
                return null;
            count += more;
        }
        return bytes;
    }
}
