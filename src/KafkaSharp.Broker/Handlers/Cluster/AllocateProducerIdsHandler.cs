using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Controller;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Cluster;

/// <summary>AllocateProducerIds (67): hands a block of producer ids to a broker (KIP-730).</summary>
sealed class AllocateProducerIdsHandler(QuorumController controller) : IApiHandler<AllocateProducerIdsRequest, AllocateProducerIdsResponse>
{
    public async ValueTask<AllocateProducerIdsResponse?> HandleAsync(RequestContext context, AllocateProducerIdsRequest request) =>
        await controller.AllocateProducerIdsAsync(context.ForController(null), request).ConfigureAwait(false);

    public AllocateProducerIdsResponse Fail(AllocateProducerIdsRequest request, ErrorCode error, short version) =>
        new() { ErrorCode = error };
}
