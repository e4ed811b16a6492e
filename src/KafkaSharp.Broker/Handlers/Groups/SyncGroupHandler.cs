using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>SyncGroup (14): the leader brings the assignment, every member fetches its part.</summary>
sealed class SyncGroupHandler(GroupCoordinator coordinator) : IApiHandler<SyncGroupRequest, SyncGroupResponse>
{
    public async ValueTask<SyncGroupResponse?> HandleAsync(RequestContext context, SyncGroupRequest request) =>
        await coordinator.SyncGroupAsync(context.ToGroupContext(), request).ConfigureAwait(false);

    public SyncGroupResponse Fail(SyncGroupRequest request, ErrorCode error, short version) => new() { ErrorCode = error };
}
