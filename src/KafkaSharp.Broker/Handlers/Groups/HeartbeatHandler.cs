using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators.GroupService;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>Heartbeat (12): keeps the session of a classic member alive; the response says whether it must join again.</summary>
internal sealed class HeartbeatHandler(ClassicGroupService groups) : IApiHandler<HeartbeatRequest, HeartbeatResponse>
{
    public async ValueTask<HeartbeatResponse?> HandleAsync(RequestContext context, HeartbeatRequest request) =>
        await groups.HeartbeatAsync(context.ToGroupContext(), request);

    public HeartbeatResponse Fail(HeartbeatRequest request, ErrorCode error, short version) => new() { ErrorCode = error };
}
