using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Controller;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Cluster;

/// <summary>AlterPartition (56): a leader tells who is in sync (KIP-497).</summary>
sealed class AlterPartitionHandler(QuorumController controller) : IApiHandler<AlterPartitionRequest, AlterPartitionResponse>
{
    public async ValueTask<AlterPartitionResponse?> HandleAsync(RequestContext context, AlterPartitionRequest request) =>
        await controller.AlterPartitionAsync(context.ForController(null), request).ConfigureAwait(false);

    public AlterPartitionResponse Fail(AlterPartitionRequest request, ErrorCode error, short version) => new() { ErrorCode = error };
}
