using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Controller;

namespace KafkaSharp.Broker.Handlers;

/// <summary>What the controller is told of a client's request.</summary>
static class ControllerRequests
{
    // Old clients send no timeout at all; that a change is not waited for does not mean that it is not wanted.
    private const int LeastTimeoutMs = 500;

    /// <param name="context">The request.</param>
    /// <param name="timeoutMs">How long the client waits, where its request says so.</param>
    public static ControllerRequestContext ForController(this RequestContext context, int? timeoutMs) =>
        new(context.Principal.ToString(), timeoutMs is { } timeout ? TimeSpan.FromMilliseconds(Math.Max(LeastTimeoutMs, timeout)) : null);
}
