using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Controller;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Cluster;

/// <summary>BrokerRegistration (62): a broker joins the cluster (KIP-631).</summary>
sealed class BrokerRegistrationHandler(QuorumController controller) : IApiHandler<BrokerRegistrationRequest, BrokerRegistrationResponse>
{
    public async ValueTask<BrokerRegistrationResponse?> HandleAsync(RequestContext context, BrokerRegistrationRequest request) =>
        await controller.RegisterBrokerAsync(context.ForController(null), request).ConfigureAwait(false);

    public BrokerRegistrationResponse Fail(BrokerRegistrationRequest request, ErrorCode error, short version) =>
        new() { ErrorCode = error, BrokerEpoch = -1 };
}
