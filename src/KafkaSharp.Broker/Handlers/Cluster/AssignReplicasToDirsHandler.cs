using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Controller;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Cluster;

/// <summary>AssignReplicasToDirs (73): a broker tells in which directories its replicas lie (KIP-858).</summary>
sealed class AssignReplicasToDirsHandler(QuorumController controller)
    : IApiHandler<AssignReplicasToDirsRequest, AssignReplicasToDirsResponse>
{
    public async ValueTask<AssignReplicasToDirsResponse?> HandleAsync(RequestContext context, AssignReplicasToDirsRequest request) =>
        await controller.AssignReplicasToDirsAsync(context.ForController(null), request).ConfigureAwait(false);

    public AssignReplicasToDirsResponse Fail(AssignReplicasToDirsRequest request, ErrorCode error, short version) =>
        new() { ErrorCode = error };
}
