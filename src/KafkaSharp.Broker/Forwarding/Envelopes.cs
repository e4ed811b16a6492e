using System.Buffers;
using System.Net;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Broker.Forwarding;

/// <summary>
/// Envelope (58, KIP-590): a client's request with its principal and address, on its way from a broker to the controller, and the response
/// on its way back. Stateless.
/// </summary>
internal static class Envelopes
{
    /// <summary>Puts a request into an Envelope, in the version in which the client sent it.</summary>
    /// <exception cref="ProtocolException">The version cannot carry a field that is set.</exception>
    public static EnvelopeRequest Wrap<TRequest>(ControllerRequestContext context, TRequest request, int correlationId)
        where TRequest : class, IRequest<TRequest>
    {
        var range = ApiVersionRanges.Get(TRequest.ApiKey);
        var version = context.ApiVersion ?? range.HighestStable;
        var sink = new ArrayBufferWriter<byte>();
        var writer = new KafkaWriter(sink);
        new RequestHeader
        {
            RequestApiKey = (short)TRequest.ApiKey, RequestApiVersion = version, CorrelationId = correlationId, ClientId = context.ClientId,
        }.Write(ref writer, range.RequestHeaderVersion(version));
        request.Write(ref writer, version);
        writer.Flush();
        return new EnvelopeRequest
        {
            RequestData = sink.WrittenSpan.ToArray(),
            RequestPrincipal = PrincipalSerde.Write(context.Principal),
            ClientHostAddress = Bytes(context.ClientAddress ?? IPAddress.Loopback),
        };
    }

    /// <exception cref="StateMachineException">The error of the Envelope's response, as a genuine controller chooses it.</exception>
    public static ForwardedRequest Unwrap(EnvelopeRequest envelope)
    {
        if (envelope.ClientHostAddress.Length is not (4 or 16))
            throw new StateMachineException(ErrorCode.InvalidRequest, "Failed to parse client address from envelope");
        var (header, body) = ReadHeader(envelope.RequestData);
        if (!ApiVersionRanges.TryGet(header.RequestApiKey, out var range) || !range.Forwardable)
            throw new StateMachineException(ErrorCode.InvalidRequest, $"API key {header.RequestApiKey} is not enabled for forwarding");
        return new ForwardedRequest(header, body, ReadPrincipal(envelope.RequestPrincipal), new IPAddress(envelope.ClientHostAddress));
    }

    /// <summary>Puts the controller's response into the response of an Envelope, in the version of the client's request.</summary>
    public static EnvelopeResponse Wrap<TResponse>(TResponse response, short version, int correlationId)
        where TResponse : class, IResponse<TResponse>
    {
        var sink = new ArrayBufferWriter<byte>();
        var writer = new KafkaWriter(sink);
        new ResponseHeader { CorrelationId = correlationId }.Write(
            ref writer, ApiVersionRanges.Get(TResponse.ApiKey).ResponseHeaderVersion(version));
        response.Write(ref writer, version);
        writer.Flush();
        return new EnvelopeResponse { ResponseData = sink.WrittenSpan.ToArray() };
    }

    /// <exception cref="StateMachineException">
    /// NOT_CONTROLLER where the receiver was not the active controller. Every other error is a misconfiguration of the nodes, which the
    /// client cannot know: UNKNOWN_SERVER_ERROR.
    /// </exception>
    public static TResponse Unwrap<TResponse>(EnvelopeResponse envelope, short version, int correlationId)
        where TResponse : class, IResponse<TResponse>
    {
        if (envelope.ErrorCode == ErrorCode.NotController)
            throw new StateMachineException(ErrorCode.NotController, envelope.ErrorCode.Message());
        if (envelope.ErrorCode != ErrorCode.None || envelope.ResponseData is not { } data)
            throw Unusable($"the controller refused the forwarded {TResponse.ApiKey} request: {envelope.ErrorCode}", null);
        try
        {
            var reader = new KafkaReader(data);
            var header = ResponseHeader.Read(ref reader, ApiVersionRanges.Get(TResponse.ApiKey).ResponseHeaderVersion(version));
            return header.CorrelationId == correlationId
                ? TResponse.Read(ref reader, version)
                : throw Unusable(
                    $"the controller's response has the correlation id {header.CorrelationId} instead of {correlationId}", null);
        }
        catch (ProtocolException e)
        {
            throw Unusable($"the controller's {TResponse.ApiKey} response cannot be read: {e.Message}", e);
        }
    }

    private static (RequestHeader Header, ReadOnlyMemory<byte> Body) ReadHeader(ReadOnlyMemory<byte> data)
    {
        try
        {
            var peek = new KafkaReader(data);
            var (key, version) = (peek.ReadInt16(), peek.ReadInt16());
            if (!ApiVersionRanges.TryGet(key, out var range))
                throw new StateMachineException(ErrorCode.InvalidRequest, $"API key {key} is not enabled for forwarding");
            var reader = new KafkaReader(data);
            var header = RequestHeader.Read(ref reader, range.RequestHeaderVersion(version));
            return (header, data[reader.Position..]);
        }
        catch (ProtocolException e)
        {
            throw new StateMachineException(ErrorCode.InvalidRequest, "Failed to parse request header from envelope", e);
        }
    }

    private static KafkaPrincipal ReadPrincipal(byte[]? bytes)
    {
        try
        {
            return PrincipalSerde.Read(bytes);
        }
        catch (ProtocolException e)
        {
            throw new StateMachineException(
                ErrorCode.PrincipalDeserializationFailure, "Failed to deserialize client principal from envelope", e);
        }
    }

    // As in Java, an IPv4 address that came in on an IPv6 socket has four bytes.
    private static byte[] Bytes(IPAddress address) => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes();

    private static StateMachineException Unusable(string reason, Exception? inner) => new(ErrorCode.UnknownServerError, reason, inner);
}
