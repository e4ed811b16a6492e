using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers;

/// <summary>Sends the requests of one API to the controller.</summary>
internal sealed class ControllerHandler<TRequest, TResponse>(ControllerApi<TRequest, TResponse> api, ControllerClient controller)
    : IApiHandler<TRequest, TResponse>
    where TRequest : class, IRequest<TRequest>
    where TResponse : class, IResponse<TResponse>
{
    public async ValueTask<TResponse?> HandleAsync(RequestContext context, TRequest request) =>
        await controller.SendAsync(api, context.ForController(api.TimeoutOf(request)), request);

    // As in Kafka, an exception has no message in the response.
    public TResponse Fail(TRequest request, ErrorCode error, short version) => api.Fail(request, new ApiError(error), version);
}
