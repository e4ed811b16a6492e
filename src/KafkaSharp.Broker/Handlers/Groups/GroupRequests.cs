using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators;

namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>What the group coordinator is told of a request beside its body.</summary>
static class GroupRequests
{
    public static GroupRequestContext ToGroupContext(this RequestContext context) =>
        // The address is kept in the group's metadata as Java writes it: no host name, a slash, the number.
        new(context.ClientId ?? "", $"/{context.ClientAddress}", context.ApiVersion);
}
