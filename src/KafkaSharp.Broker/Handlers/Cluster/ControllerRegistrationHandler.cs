using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Controller;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Cluster;

/// <summary>ControllerRegistration (70): a controller tells where it is reached (KIP-919).</summary>
sealed class ControllerRegistrationHandler(QuorumController controller)
    : IApiHandler<ControllerRegistrationRequest, ControllerRegistrationResponse>
{
    public async ValueTask<ControllerRegistrationResponse?> HandleAsync(RequestContext context, ControllerRegistrationRequest request) =>
        await controller.RegisterControllerAsync(context.ForController(null), request).ConfigureAwait(false);

    public ControllerRegistrationResponse Fail(ControllerRegistrationRequest request, ErrorCode error, short version) =>
        new() { ErrorCode = error, ErrorMessage = error.Message() };
}
