using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators.Groups;
using KafkaSharp.Metadata.Authorization;

namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>Makes what the group coordinator needs of a request besides its body.</summary>
internal static class GroupRequests
{
    public static GroupRequestContext ToGroupContext(this RequestContext context) =>
        // The group's metadata contains the address as Java writes it: an empty host name, a slash, the number.
        new(context.ClientId ?? "", $"/{context.ClientAddress}", context.ApiVersion);

    /// <summary>
    /// Whether the client may know of a topic. The result may be called from any thread, also when the request has its response.
    /// </summary>
    public static Predicate<string> DescribableTopics(this RequestContext context)
    {
        var (authorizer, principal, address) = (context.Session.Services.Authorizer, context.Principal, context.ClientAddress);
        return authorizer.AllowsEverything
            ? static _ => true
            : topic => authorizer.IsAllowed(new(principal, address, AclOperation.Describe, ResourceType.Topic, topic));
    }
}
