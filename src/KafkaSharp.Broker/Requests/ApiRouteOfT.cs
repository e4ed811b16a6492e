using System.Runtime.CompilerServices;
using KafkaSharp.Network.Buffers;
using KafkaSharp.Network.Connections;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Requests;

/// <summary>Decodes the request of one API, has it handled, and encodes the response straight into the frame that is sent.</summary>
internal sealed class ApiRoute<TRequest, TResponse>(
    IApiHandler<TRequest, TResponse> handler, short lowestVersion, short highestVersion, ApiListeners listeners)
    : ApiRoute(TRequest.ApiKey, lowestVersion, highestVersion, listeners)
    where TRequest : class, IRequest<TRequest>
    where TResponse : class, IResponse<TResponse>
{
    /// <summary>How many elements a request has at most that is decoded and handled on the socket's thread.</summary>
    private const int InlineElements = 1000;

    /// <summary>
    /// About how many bytes the objects of an element and of its result take. A request whose elements take more than the largest
    /// reservation (1.5 million of them, or fewer where the heap is small) is not decoded.
    /// </summary>
    private const int BytesPerElement = 192;

    internal override FrameHandling Handle(RequestContext context, ReadOnlyMemory<byte> body, ErrorCode refusal, ILogger logger)
    {
        if (body.Length <= InlineBytes && TryRead(context, body, InlineElements, out var request, out var fault))
            return request is null ? FrameHandling.Close(fault!) : Run(context, request, refusal, logger);
        context.IsLarge = true;
        var running = context.RunOnLaneAsync(turn =>
        {
            using var reservation = turn.ReserveMemory((long)body.Length * MemoryFactor);
            var maxElements = (int)(context.Session.Services.Lanes.LargestReservation / BytesPerElement);
            if (!TryRead(context, body, maxElements, out var request, out var fault))
                fault = $"{ApiKey} v{context.ApiVersion} has more than {maxElements} elements";
            return request is null ? FrameHandling.Close(fault!) : Run(context, request, refusal, logger);
        });
        return FrameHandling.Respond(RespondBehindAsync(running, context, logger), Overlaps, running);
    }

    private FrameHandling Run(RequestContext context, TRequest request, ErrorCode refusal, ILogger logger)
    {
        if (refusal != ErrorCode.None)
            return FrameHandling.Respond(Failed(context, request, refusal));
        ValueTask<TResponse?> handling;
        try
        {
            handling = context.Session.Services.Interceptor is { } interceptor
                ? interceptor.HandleAsync(context, request, handler)
                : handler.HandleAsync(context, request);
        }
        catch (Exception e)
        {
            handling = ValueTask.FromException<TResponse?>(e);
        }
        return handling.IsCompletedSuccessfully
            ? FrameHandling.Respond(new ValueTask<OutgoingFrame?>(Respond(context, request, handling.Result, logger)))
            : FrameHandling.Respond(
                RespondAsync(context, request, handling, logger), Overlaps && !context.HoldsConnection, context.Dispatched);
    }

    /// <summary>
    /// Decodes the request, or gives the reason why it cannot be decoded. False when it has more than the given number of elements.
    /// </summary>
    private bool TryRead(
        RequestContext context, ReadOnlyMemory<byte> body, int maxElements, out TRequest? request, out string? fault)
    {
        (request, fault) = (null, null);
        var reader = new KafkaReader(body) { MaxElements = maxElements };
        try
        {
            request = TRequest.Read(ref reader, context.ApiVersion);
        }
        catch (ProtocolException) when (reader.HasTooManyElements)
        {
            return false;
        }
        catch (ProtocolException e)
        {
            fault = $"{ApiKey} v{context.ApiVersion} can't be read: {e.Message}";
        }
        return true;
    }

    // The response of a request that was run on a lane. A fault in its body closes the connection as it does elsewhere.
    private static async ValueTask<OutgoingFrame?> RespondBehindAsync(Task<FrameHandling> running, RequestContext context, ILogger logger)
    {
        FrameHandling handling;
        try
        {
            handling = await running;
        }
        catch (OperationCanceledException)
        {
            // The broker stops.
            return OutgoingFrame.RentEmpty(closesConnection: true);
        }
        if (handling.CloseReason is not { } reason)
            return await handling.Response;
        logger.RequestUnreadable(context.ClientId, context.Connection.RemoteEndPoint, reason);
        return OutgoingFrame.RentEmpty(closesConnection: true);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<OutgoingFrame?> RespondAsync(
        RequestContext context, TRequest request, ValueTask<TResponse?> handling, ILogger logger)
    {
        // An interceptor may call the handler after a wait of its own.
        if (context.Session.Services.Interceptor is null)
            context.ShortenClientId();
        TResponse? response;
        try
        {
            response = await handling;
        }
        catch (OperationCanceledException) when (context.Connection.IsClosed)
        {
            context.DropLeases();
            return null;
        }
        catch (Exception e)
        {
            context.DropLeases();
            logger.RequestFailed(ApiKey, context.ApiVersion, context.ClientId, context.Connection.RemoteEndPoint, e);
            return Failed(context, request, RequestFailure.ErrorOf(e));
        }
        if (!context.IsLarge)
            return Respond(context, request, response, logger);
        try
        {
            return await context.RunOnLaneAsync(_ => Respond(context, request, response, logger));
        }
        catch
        {
            // The broker stops.
            context.DropLeases();
            throw;
        }
    }

    private OutgoingFrame? Respond(RequestContext context, TRequest request, TResponse? response, ILogger logger)
    {
        if (response is null)
        {
            context.DropLeases();
            return context.ClosesConnection || context.ThrottleTimeMs > 0
                ? OutgoingFrame.RentEmpty(context.ClosesConnection, TimeSpan.FromMilliseconds(context.ThrottleTimeMs))
                : null;
        }
        try
        {
            return Encode(context, response);
        }
        catch (Exception e)
        {
            logger.RequestFailed(ApiKey, context.ApiVersion, context.ClientId, context.Connection.RemoteEndPoint, e);
            return Failed(context, request, RequestFailure.ErrorOf(e));
        }
    }

    private OutgoingFrame Failed(RequestContext context, TRequest request, ErrorCode error)
    {
        try
        {
            if (handler.Fail(request, error, context.ApiVersion) is { } response)
                return Encode(context, response);
        }
        catch (Exception e) when (e is ProtocolException or FrameTooLargeException)
        {
            // An error that this version can't carry, or for too many things: closed, as for an API without an error response.
        }
        return OutgoingFrame.RentEmpty(closesConnection: true);
    }

    private OutgoingFrame Encode(RequestContext context, TResponse response)
    {
        var frame = OutgoingFrame.Rent();
        context.MoveLeasesTo(frame);
        if (context.ThrottleTimeMs > 0)
            Throttle(response, frame, context.ThrottleTimeMs);
        try
        {
            var writer = new KafkaWriter(frame);
            writer.WriteInt32(context.CorrelationId);
            if (Range.ResponseHeaderVersion(context.ApiVersion) >= 1)
                writer.WriteUnsignedVarint(0);
            response.Write(ref writer, context.ApiVersion);
            writer.Flush();
        }
        catch
        {
            frame.Dispose();
            throw;
        }
        frame.ClosesConnection = context.ClosesConnection;
        return frame;
    }

    private static void Throttle(TResponse response, OutgoingFrame frame, int milliseconds)
    {
        if (response is IThrottledResponse throttled)
            throttled.ThrottleTimeMs = Math.Max(throttled.ThrottleTimeMs, milliseconds);
        frame.Mute = TimeSpan.FromMilliseconds(milliseconds);
    }
}
