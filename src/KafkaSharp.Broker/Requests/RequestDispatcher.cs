using KafkaSharp.Network.Buffers;
using KafkaSharp.Network.Connections;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Requests;

/// <summary>
/// Reads a request's header, applies the gate, and passes the body to the route of its API. As in Kafka, what is not served here (an
/// unknown API or version, one that belongs to another kind of listener, a body that can't be read) ends the connection; only to
/// ApiVersions in an unknown version there is a response, so that the client can choose another (KIP-511). Thread-safe.
/// </summary>
public sealed class RequestDispatcher(ApiTable table, RequestServices services, ILogger logger) : IFrameHandler
{
    // Kafka defines none. They are skipped on the socket's thread, whatever their number.
    private const int MaxTaggedFields = 1000;

    public ApiTable Table { get; } = table;

    public void Opened(Connection connection)
    {
        var session = new ClientSession(connection, services);
        connection.State = session;
        RequestGate.Opened(session);
    }

    public FrameHandling Handle(Connection connection, ReadOnlyMemory<byte> frame)
    {
        var reader = new KafkaReader(frame);
        RequestContext context;
        ApiRoute? route;
        try
        {
            var key = reader.ReadInt16();
            var version = reader.ReadInt16();
            var correlationId = reader.ReadInt32();
            route = Table.Find(connection.Listener.IsController ? ApiListeners.Controller : ApiListeners.Broker, key);
            if (route is null)
                return FrameHandling.Close($"API {NameOf(key)} is not served on this listener");
            var session = (ClientSession)connection.State!;
            context = new RequestContext(session, route.ApiKey, version, correlationId, ReadClientId(ref reader, session));
            if (route.Range.RequestHeaderVersion(version) >= 2)
                SkipTaggedFields(ref reader);
        }
        catch (ProtocolException e)
        {
            return FrameHandling.Close($"a request header can't be read: {e.Message}");
        }
        if (!route.Serves(context.ApiVersion))
        {
            return context.ApiKey == ApiKey.ApiVersions
                ? FrameHandling.Respond(ApiVersionsOf(route, context.CorrelationId))
                : FrameHandling.Close($"{context.ApiKey} v{context.ApiVersion} is not supported");
        }
        return RequestGate.Passes(context, route, out var error, out var reason) || reason is null
            ? route.Handle(context, frame[reader.Position..], error, logger)
            : FrameHandling.Close(reason);
    }

    // Version 0, regardless of the request's version, with only the versions of ApiVersions itself.
    private static OutgoingFrame ApiVersionsOf(ApiRoute route, int correlationId)
    {
        var response = new ApiVersionsResponse
        {
            ErrorCode = ErrorCode.UnsupportedVersion,
            ApiKeys = [new() { ApiKey = (short)ApiKey.ApiVersions, MinVersion = route.LowestVersion, MaxVersion = route.HighestVersion }],
        };
        var frame = OutgoingFrame.Rent();
        var writer = new KafkaWriter(frame);
        writer.WriteInt32(correlationId);
        response.Write(ref writer, 0);
        writer.Flush();
        return frame;
    }

    private static string? ReadClientId(ref KafkaReader reader, ClientSession session)
    {
        var length = reader.ReadInt16();
        return length < 0 ? null : session.InternClientId(reader.Take(length));
    }

    private static void SkipTaggedFields(ref KafkaReader reader)
    {
        var count = reader.ReadUnsignedVarint();
        if (count > MaxTaggedFields)
            throw new ProtocolException($"It has {count} tagged fields, more than {MaxTaggedFields}");
        for (var left = count; left > 0; left--)
        {
            reader.ReadUnsignedVarint();
            reader.Take((int)reader.ReadUnsignedVarint());
        }
    }

    private static string NameOf(short key) => ApiVersionRanges.TryGet(key, out var range) ? range.ApiKey.ToString() : $"{key}";
}
