using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Requests;

/// <summary>
/// Stands before the handlers of all APIs, after a request is decoded and has passed the gate: the test broker observes requests and
/// injects its faults here. One instance serves all connections, on many threads at once.
/// </summary>
public interface IRequestInterceptor
{
    /// <summary>
    /// Called instead of <see cref="IApiHandler{TRequest, TResponse}.HandleAsync"/>, under the same rules; calls it or does not. To wait
    /// before it calls the handler, it takes the memory of the request (<see cref="RequestContext.TakeFrame"/>) and sets
    /// <see cref="RequestContext.HoldsConnection"/>.
    /// </summary>
    ValueTask<TResponse?> HandleAsync<TRequest, TResponse>(
        RequestContext context, TRequest request, IApiHandler<TRequest, TResponse> handler)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IResponse<TResponse>;
}
