using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>OffsetDelete (47): forgets offsets of topics that the group does not consume (KIP-496).</summary>
sealed class OffsetDeleteHandler(GroupCoordinator coordinator) : IApiHandler<OffsetDeleteRequest, OffsetDeleteResponse>
{
    public async ValueTask<OffsetDeleteResponse?> HandleAsync(RequestContext context, OffsetDeleteRequest request) =>
        await coordinator.OffsetDeleteAsync(context.ToGroupContext(), request).ConfigureAwait(false);

    public OffsetDeleteResponse Fail(OffsetDeleteRequest request, ErrorCode error, short version) => new() { ErrorCode = error };
}
