using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators.GroupService;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>ListGroups (16): the groups this broker coordinates, by state (KIP-518) and type (KIP-848).</summary>
internal sealed class ListGroupsHandler(GroupAdministration groups) : IApiHandler<ListGroupsRequest, ListGroupsResponse>
{
    public async ValueTask<ListGroupsResponse?> HandleAsync(RequestContext context, ListGroupsRequest request) =>
        await groups.ListGroupsAsync(context.ToGroupContext(), request);

    public ListGroupsResponse Fail(ListGroupsRequest request, ErrorCode error, short version) => new() { ErrorCode = error };
}
