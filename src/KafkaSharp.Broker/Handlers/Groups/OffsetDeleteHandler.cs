using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators.GroupService;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>OffsetDelete (47): removes offsets of topics that the group does not consume (KIP-496).</summary>
internal sealed class OffsetDeleteHandler(OffsetService offsets) : IApiHandler<OffsetDeleteRequest, OffsetDeleteResponse>
{
    public async ValueTask<OffsetDeleteResponse?> HandleAsync(RequestContext context, OffsetDeleteRequest request) =>
        await offsets.DeleteAsync(context.ToGroupContext(), request);

    public OffsetDeleteResponse Fail(OffsetDeleteRequest request, ErrorCode error, short version) => new() { ErrorCode = error };
}
