using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators.GroupService;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>LeaveGroup (13): members leave a group, or an administrator removes them.</summary>
internal sealed class LeaveGroupHandler(ClassicGroupService groups) : IApiHandler<LeaveGroupRequest, LeaveGroupResponse>
{
    public async ValueTask<LeaveGroupResponse?> HandleAsync(RequestContext context, LeaveGroupRequest request) =>
        await groups.LeaveGroupAsync(context.ToGroupContext(), request);

    public LeaveGroupResponse Fail(LeaveGroupRequest request, ErrorCode error, short version) => new() { ErrorCode = error };
}
