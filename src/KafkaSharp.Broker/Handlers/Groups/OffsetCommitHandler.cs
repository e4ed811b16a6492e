using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>OffsetCommit (8): keeps how far a group has come; answered when the offsets are replicated.</summary>
sealed class OffsetCommitHandler(GroupCoordinator coordinator) : IApiHandler<OffsetCommitRequest, OffsetCommitResponse>
{
    public async ValueTask<OffsetCommitResponse?> HandleAsync(RequestContext context, OffsetCommitRequest request) =>
        await coordinator.OffsetCommitAsync(context.ToGroupContext(), request).ConfigureAwait(false);

    public OffsetCommitResponse Fail(OffsetCommitRequest request, ErrorCode error, short version) =>
        new() { Topics = OffsetRefusals.Commit(request.Topics, error) };
}
