using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Controller;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Cluster;

/// <summary>BrokerHeartbeat (63): a broker lives, and asks to be unfenced or to leave (KIP-631).</summary>
sealed class BrokerHeartbeatHandler(QuorumController controller) : IApiHandler<BrokerHeartbeatRequest, BrokerHeartbeatResponse>
{
    public async ValueTask<BrokerHeartbeatResponse?> HandleAsync(RequestContext context, BrokerHeartbeatRequest request) =>
        await controller.ProcessBrokerHeartbeatAsync(context.ForController(null), request).ConfigureAwait(false);

    public BrokerHeartbeatResponse Fail(BrokerHeartbeatRequest request, ErrorCode error, short version) => new() { ErrorCode = error };
}
