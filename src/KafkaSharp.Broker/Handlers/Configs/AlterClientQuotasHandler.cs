using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Controller;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Configs;

/// <summary>AlterClientQuotas (49): sets and removes client quotas (KIP-546).</summary>
sealed class AlterClientQuotasHandler(QuorumController controller) : IApiHandler<AlterClientQuotasRequest, AlterClientQuotasResponse>
{
    public async ValueTask<AlterClientQuotasResponse?> HandleAsync(RequestContext context, AlterClientQuotasRequest request) =>
        await controller.AlterClientQuotasAsync(context.ForController(null), request).ConfigureAwait(false);

    public AlterClientQuotasResponse Fail(AlterClientQuotasRequest request, ErrorCode error, short version) =>
        ControllerErrors.Answer(request, error, error.Message());
}
