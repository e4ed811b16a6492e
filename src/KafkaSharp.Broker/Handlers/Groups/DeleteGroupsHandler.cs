using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators.GroupService;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>DeleteGroups (42): removes empty groups with all their offsets.</summary>
internal sealed class DeleteGroupsHandler(GroupAdministration groups) : IApiHandler<DeleteGroupsRequest, DeleteGroupsResponse>
{
    public async ValueTask<DeleteGroupsResponse?> HandleAsync(RequestContext context, DeleteGroupsRequest request) =>
        await groups.DeleteGroupsAsync(context.ToGroupContext(), request);

    public DeleteGroupsResponse Fail(DeleteGroupsRequest request, ErrorCode error, short version) => new()
    {
        Results = request.GroupsNames.ConvertAll(
            groupId => new DeleteGroupsResponse.DeletableGroupResult { GroupId = groupId, ErrorCode = error }),
    };
}
