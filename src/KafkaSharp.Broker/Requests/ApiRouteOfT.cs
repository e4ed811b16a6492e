using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using KafkaSharp.Network.Buffers;
using KafkaSharp.Network.Connections;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Broker.Requests;

/// <summary>Decodes the request of one API, has it handled, and encodes the response straight into the frame that is sent.</summary>
sealed class ApiRoute<TRequest, TResponse>(
    IApiHandler<TRequest, TResponse> handler, short lowestVersion, short highestVersion, ApiListeners listeners, bool overlaps)
    : ApiRoute(TRequest.ApiKey, lowestVersion, highestVersion, listeners, overlaps)
    where TRequest : class, IRequest<TRequest>
    where TResponse : class, IResponse<TResponse>
{
    internal override FrameHandling Handle(RequestContext context, ref KafkaReader body, ILogger logger)
    {
        if (!TryRead(context, ref body, out var request, out var refusal))
            return refusal;
        ValueTask<TResponse?> handling;
        try
        {
            handling = handler.HandleAsync(context, request);
        }
        catch (Exception e)
        {
            handling = ValueTask.FromException<TResponse?>(e);
        }
        return handling.IsCompletedSuccessfully
            ? FrameHandling.Answering(new ValueTask<OutgoingFrame?>(Answer(context, request, handling.Result, logger)))
            : FrameHandling.Answering(AnswerAsync(context, request, handling, logger), Overlaps);
    }

    internal override FrameHandling Refuse(RequestContext context, ref KafkaReader body, ErrorCode error) =>
        TryRead(context, ref body, out var request, out var refusal) ? FrameHandling.Answered(Failed(context, request, error)) : refusal;

    private bool TryRead(RequestContext context, ref KafkaReader body, [NotNullWhen(true)] out TRequest? request, out FrameHandling refusal)
    {
        refusal = default;
        try
        {
            request = TRequest.Read(ref body, context.ApiVersion);
            return true;
        }
        catch (ProtocolException e)
        {
            request = null;
            refusal = FrameHandling.Close($"{ApiKey} v{context.ApiVersion} can't be read: {e.Message}");
            return false;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<OutgoingFrame?> AnswerAsync(
        RequestContext context, TRequest request, ValueTask<TResponse?> handling, ILogger logger)
    {
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
        return Answer(context, request, response, logger);
    }

    private OutgoingFrame? Answer(RequestContext context, TRequest request, TResponse? response, ILogger logger)
    {
        if (response is null)
        {
            context.DropLeases();
            return context.ClosesConnection ? OutgoingFrame.RentClosing() : null;
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
        catch (ProtocolException)
        {
            // An error that this version can't carry: closed, as for an API without an error answer.
        }
        return OutgoingFrame.RentClosing();
    }

    private OutgoingFrame Encode(RequestContext context, TResponse response)
    {
        var frame = OutgoingFrame.Rent();
        context.MoveLeasesTo(frame);
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
}
