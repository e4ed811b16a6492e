using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Metadata.Client;

/// <summary>
/// The way to the active controller: in this process, or on another node (Kafka's <c>NodeToControllerChannelManager</c>). It does not
/// retry; that is
/// <see cref="ControllerClient"/>'s part. All members may be called from any thread.
/// </summary>
public interface IControllerChannel
{
    /// <summary>Completes when there is an active controller to send to. After a change of controller this is another task.</summary>
    Task Active { get; }

    /// <summary>Sends a request and returns the controller's response once its records are committed.</summary>
    /// <exception cref="StateMachineException">The request failed as a whole; NOT_CONTROLLER where no active controller was
    /// reached.</exception>
    Task<TResponse> SendAsync<TRequest, TResponse>(
        ControllerApi<TRequest, TResponse> api, ControllerRequestContext context, TRequest request)
        where TRequest : class, IRequest<TRequest>
        where TResponse : class, IResponse<TResponse>;
}
