using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>OffsetFetch (9): how far groups have come; several groups at once since version 8.</summary>
sealed class OffsetFetchHandler(GroupCoordinator coordinator) : IApiHandler<OffsetFetchRequest, OffsetFetchResponse>
{
    public async ValueTask<OffsetFetchResponse?> HandleAsync(RequestContext context, OffsetFetchRequest request) =>
        await coordinator.OffsetFetchAsync(context.ToGroupContext(), request).ConfigureAwait(false);

    public OffsetFetchResponse Fail(OffsetFetchRequest request, ErrorCode error, short version) =>
        OffsetRefusals.Fetch(version, request, error);
}
