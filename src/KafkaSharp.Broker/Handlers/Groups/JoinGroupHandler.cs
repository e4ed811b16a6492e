using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators.GroupService;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>JoinGroup (11): a member joins a classic group; the response comes when the rebalance has ended.</summary>
internal sealed class JoinGroupHandler(ClassicGroupService groups) : IApiHandler<JoinGroupRequest, JoinGroupResponse>
{
    public async ValueTask<JoinGroupResponse?> HandleAsync(RequestContext context, JoinGroupRequest request) =>
        await groups.JoinGroupAsync(context.ToGroupContext(), request, context.DescribableTopics());

    public JoinGroupResponse Fail(JoinGroupRequest request, ErrorCode error, short version) =>
        new() { ErrorCode = error, ProtocolName = version >= 7 ? null : "" };
}
