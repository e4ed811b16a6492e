using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators.GroupService;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>SyncGroup (14): the leader sends the assignment, every member fetches its part.</summary>
internal sealed class SyncGroupHandler(ClassicGroupService groups) : IApiHandler<SyncGroupRequest, SyncGroupResponse>
{
    public async ValueTask<SyncGroupResponse?> HandleAsync(RequestContext context, SyncGroupRequest request) =>
        await groups.SyncGroupAsync(context.ToGroupContext(), request);

    public SyncGroupResponse Fail(SyncGroupRequest request, ErrorCode error, short version) => new() { ErrorCode = error };
}
