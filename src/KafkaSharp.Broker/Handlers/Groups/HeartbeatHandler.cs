using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>Heartbeat (12): a member of a classic group lives, and hears whether it must rejoin.</summary>
sealed class HeartbeatHandler(GroupCoordinator coordinator) : IApiHandler<HeartbeatRequest, HeartbeatResponse>
{
    public async ValueTask<HeartbeatResponse?> HandleAsync(RequestContext context, HeartbeatRequest request) =>
        await coordinator.HeartbeatAsync(context.ToGroupContext(), request).ConfigureAwait(false);

    public HeartbeatResponse Fail(HeartbeatRequest request, ErrorCode error, short version) => new() { ErrorCode = error };
}
