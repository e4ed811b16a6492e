using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Controller;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Topics;

/// <summary>ElectLeaders (43): gives leadership to preferred replicas, or to any that is on line (KIP-460).</summary>
sealed class ElectLeadersHandler(QuorumController controller) : IApiHandler<ElectLeadersRequest, ElectLeadersResponse>
{
    public async ValueTask<ElectLeadersResponse?> HandleAsync(RequestContext context, ElectLeadersRequest request) =>
        await controller.ElectLeadersAsync(context.ForController(request.TimeoutMs), request).ConfigureAwait(false);

    public ElectLeadersResponse Fail(ElectLeadersRequest request, ErrorCode error) => new() { ErrorCode = error };
}
