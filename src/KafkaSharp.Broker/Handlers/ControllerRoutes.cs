using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers;

/// <summary>
/// The routes of the controller's APIs. On the brokers' listeners a forwardable API goes to the active controller, wherever it is; on a
/// controller's listener every API goes to the controller of this node only.
/// </summary>
/// <param name="active">The client of the active controller.</param>
/// <param name="local">The client of this node's controller, which does not retry.</param>
internal sealed class ControllerRoutes(ControllerClient active, ControllerClient local)
{
    /// <param name="api">The API.</param>
    /// <param name="requires">What the client must be allowed to do with the cluster; null: the controller authorizes each
    /// resource.</param>
    /// <param name="onBroker">The handler on the brokers' listeners, where they do more than forward it.</param>
    public IEnumerable<ApiRoute> For<TRequest, TResponse>(
        ControllerApi<TRequest, TResponse> api, AclOperation? requires = null, IApiHandler<TRequest, TResponse>? onBroker = null)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IResponse<TResponse>
    {
        if (api.Range.Listeners.HasFlag(ApiListeners.Broker))
        {
            if (!api.Range.Forwardable)
                throw new ArgumentException($"{api.Range.ApiKey} is not forwardable", nameof(api));
            yield return ApiRoute.For(
                onBroker ?? new ControllerHandler<TRequest, TResponse>(api, active), listeners: ApiListeners.Broker, requires: requires);
        }
        yield return ApiRoute.For(
            new ControllerHandler<TRequest, TResponse>(api, local), listeners: ApiListeners.Controller, requires: requires);
    }
}
