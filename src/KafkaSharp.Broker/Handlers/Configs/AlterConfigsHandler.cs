using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Controller;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Configs;

/// <summary>AlterConfigs (33): replaces all configurations of a resource; what is not named goes.</summary>
sealed class AlterConfigsHandler(QuorumController controller) : IApiHandler<AlterConfigsRequest, AlterConfigsResponse>
{
    public async ValueTask<AlterConfigsResponse?> HandleAsync(RequestContext context, AlterConfigsRequest request) =>
        await controller.AlterConfigsAsync(context.ForController(null), request).ConfigureAwait(false);

    public AlterConfigsResponse Fail(AlterConfigsRequest request, ErrorCode error, short version) =>
        ControllerErrors.Answer(request, error, error.Message());
}
