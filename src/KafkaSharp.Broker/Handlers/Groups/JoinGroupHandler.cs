using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>JoinGroup (11): a member enters a classic group; answered when the rebalance it causes has ended.</summary>
sealed class JoinGroupHandler(GroupCoordinator coordinator) : IApiHandler<JoinGroupRequest, JoinGroupResponse>
{
    public async ValueTask<JoinGroupResponse?> HandleAsync(RequestContext context, JoinGroupRequest request) =>
        await coordinator.JoinGroupAsync(context.ToGroupContext(), request).ConfigureAwait(false);

    public JoinGroupResponse Fail(JoinGroupRequest request, ErrorCode error, short version) =>
        new() { ErrorCode = error, ProtocolName = version >= 7 ? null : "" };
}
