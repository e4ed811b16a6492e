using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators.GroupService;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>OffsetFetch (9): the committed offsets of groups; several groups in one request since version 8.</summary>
internal sealed class OffsetFetchHandler(OffsetService offsets) : IApiHandler<OffsetFetchRequest, OffsetFetchResponse>
{
    public async ValueTask<OffsetFetchResponse?> HandleAsync(RequestContext context, OffsetFetchRequest request) =>
        await offsets.FetchAsync(context.ToGroupContext(), request);

    public OffsetFetchResponse Fail(OffsetFetchRequest request, ErrorCode error, short version) =>
        OffsetErrorResponses.Fetch(version, request, error);
}
