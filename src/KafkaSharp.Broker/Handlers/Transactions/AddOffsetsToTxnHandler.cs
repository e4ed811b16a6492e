using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.GroupService;
using KafkaSharp.Coordinators.Transactions;
using KafkaSharp.Coordinators.TransactionService;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Transactions;

/// <summary>AddOffsetsToTxn (25): the partition of <c>__consumer_offsets</c> of a group becomes part of a transaction.</summary>
internal sealed class AddOffsetsToTxnHandler(TransactionProducers producers, GroupCoordinator groups)
    : IApiHandler<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse>
{
    private const short FencedVersion = 2;

    public async ValueTask<AddOffsetsToTxnResponse?> HandleAsync(RequestContext context, AddOffsetsToTxnRequest request)
    {
        if (!context.Authorize(AclOperation.Write, ResourceType.TransactionalId, request.TransactionalId))
            return Fail(request, ErrorCode.TransactionalIdAuthorizationFailed, context.ApiVersion);
        if (!context.Authorize(AclOperation.Read, ResourceType.Group, request.GroupId))
            return Fail(request, ErrorCode.GroupAuthorizationFailed, context.ApiVersion);
        if (groups.PartitionFor(request.GroupId) is not { } partition)
            return Fail(request, ErrorCode.CoordinatorNotAvailable, context.ApiVersion);
        var error = await producers.AddAsync(
            request.TransactionalId, request.ProducerId, request.ProducerEpoch, [new TopicPartition(OffsetsTopic.Name, partition)],
            TransactionVersion.Zero);
        return new AddOffsetsToTxnResponse { ErrorCode = TransactionErrors.For(error, context.ApiVersion, FencedVersion) };
    }

    public AddOffsetsToTxnResponse Fail(AddOffsetsToTxnRequest request, ErrorCode error, short version) => new() { ErrorCode = error };
}
