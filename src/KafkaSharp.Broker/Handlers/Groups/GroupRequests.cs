using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators.Groups;

namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>Makes what the group coordinator needs of a request besides its body.</summary>
internal static class GroupRequests
{
    public static GroupRequestContext ToGroupContext(this RequestContext context) =>
        // The group's metadata contains the address as Java writes it: an empty host name, a slash, the number.
        new(context.ClientId ?? "", $"/{context.ClientAddress}", context.ApiVersion);
}
