using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Controller;

namespace KafkaSharp.Broker.Handlers;

/// <summary>What the controller is told of a client's request.</summary>
static class ControllerRequests
{
    /// <param name="context">The request.</param>
    /// <param name="timeoutMs">How long the client waits, where its request says so.</param>
    public static ControllerRequestContext ForController(this RequestContext context, int? timeoutMs) =>
        new(context.Principal, timeoutMs is { } timeout ? TimeSpan.FromMilliseconds(Math.Max(0, timeout)) : null);
}
