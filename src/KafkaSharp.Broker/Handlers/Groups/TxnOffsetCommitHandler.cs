using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators.GroupService;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>TxnOffsetCommit (28): offsets of a group that take effect when the producer's transaction commits (KIP-98, KIP-447).</summary>
internal sealed class TxnOffsetCommitHandler(TransactionalOffsetService offsets)
    : IApiHandler<TxnOffsetCommitRequest, TxnOffsetCommitResponse>
{
    public async ValueTask<TxnOffsetCommitResponse?> HandleAsync(RequestContext context, TxnOffsetCommitRequest request)
    {
        if (!context.Authorize(AclOperation.Write, ResourceType.TransactionalId, request.TransactionalId))
            return Fail(request, ErrorCode.TransactionalIdAuthorizationFailed, context.ApiVersion);
        if (!context.Authorize(AclOperation.Read, ResourceType.Group, request.GroupId))
            return Fail(request, ErrorCode.GroupAuthorizationFailed, context.ApiVersion);
        return await offsets.CommitAsync(
            context.ToGroupContext(), request, topic => context.Authorize(AclOperation.Read, ResourceType.Topic, topic));
    }

    public TxnOffsetCommitResponse Fail(TxnOffsetCommitRequest request, ErrorCode error, short version) =>
        TransactionalOffsetService.Refuse(request, error, version);
}
