using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators.GroupService;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>DescribeGroups (15): members and assignments of classic groups.</summary>
internal sealed class DescribeGroupsHandler(ClassicGroupService groups) : IApiHandler<DescribeGroupsRequest, DescribeGroupsResponse>
{
    public async ValueTask<DescribeGroupsResponse?> HandleAsync(RequestContext context, DescribeGroupsRequest request)
    {
        var response = await groups.DescribeGroupsAsync(context.ToGroupContext(), request);
        foreach (var group in response.Groups.Where(group => group.ErrorCode == ErrorCode.None))
            group.AuthorizedOperations =
                context.AuthorizedOperations(request.IncludeAuthorizedOperations, ResourceType.Group, group.GroupId);
        return response;
    }

    public DescribeGroupsResponse Fail(DescribeGroupsRequest request, ErrorCode error, short version) => new()
    {
        Groups = request.Groups.ConvertAll(groupId => new DescribeGroupsResponse.DescribedGroup { GroupId = groupId, ErrorCode = error }),
    };
}
