using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Controller;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Cluster;

/// <summary>UnregisterBroker (64): forgets a broker that will not come back.</summary>
sealed class UnregisterBrokerHandler(QuorumController controller) : IApiHandler<UnregisterBrokerRequest, UnregisterBrokerResponse>
{
    public async ValueTask<UnregisterBrokerResponse?> HandleAsync(RequestContext context, UnregisterBrokerRequest request) =>
        await controller.UnregisterBrokerAsync(context.ForController(null), request).ConfigureAwait(false);

    public UnregisterBrokerResponse Fail(UnregisterBrokerRequest request, ErrorCode error, short version) =>
        new() { ErrorCode = error, ErrorMessage = error.Message() };
}
