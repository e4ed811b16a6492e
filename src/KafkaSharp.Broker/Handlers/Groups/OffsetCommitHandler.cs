using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators.GroupService;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>OffsetCommit (8): stores the offsets of a group; the response comes when they are replicated.</summary>
internal sealed class OffsetCommitHandler(OffsetService offsets) : IApiHandler<OffsetCommitRequest, OffsetCommitResponse>
{
    public async ValueTask<OffsetCommitResponse?> HandleAsync(RequestContext context, OffsetCommitRequest request) =>
        await offsets.CommitAsync(context.ToGroupContext(), request);

    public OffsetCommitResponse Fail(OffsetCommitRequest request, ErrorCode error, short version) =>
        new() { Topics = OffsetErrorResponses.Commit(request.Topics, error) };
}
