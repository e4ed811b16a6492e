using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Client;

namespace KafkaSharp.Broker.Handlers;

/// <summary>What the controller learns about the client whose request it gets.</summary>
internal static class ControllerRequestContexts
{
    public static ControllerRequestContext ForController(this RequestContext context, TimeSpan? timeout = null) =>
        new(context.Principal, timeout)
    {
        ApiVersion = context.ApiVersion,
        ClientId = context.ClientId,
        ClientAddress = context.ClientAddress,
    };
}
