using KafkaSharp.Broker.Provisioning;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators.TransactionService;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Transactions;

/// <summary>
/// InitProducerId (22): an id for an idempotent producer (KIP-98), or id and epoch of a transactional one from its coordinator.
/// </summary>
internal sealed class InitProducerIdHandler(ProducerIdAllocator ids, TransactionProducers producers)
    : IApiHandler<InitProducerIdRequest, InitProducerIdResponse>
{
    private const short FencedVersion = 4;

    public async ValueTask<InitProducerIdResponse?> HandleAsync(RequestContext context, InitProducerIdRequest request)
    {
        if (Refusal(context, request) is var refusal and not ErrorCode.None)
            return Fail(request, refusal, context.ApiVersion);
        if (request.TransactionalId is not null)
        {
            var response = await producers.InitializeAsync(request);
            response.ErrorCode = TransactionErrors.For(response.ErrorCode, context.ApiVersion, FencedVersion);
            return response;
        }
        var (error, id) = await ids.NextAsync();
        return error == ErrorCode.None
            ? new InitProducerIdResponse { ProducerId = id, ProducerEpoch = 0 }
            : Fail(request, error, context.ApiVersion);
    }

    public InitProducerIdResponse Fail(InitProducerIdRequest request, ErrorCode error, short version) =>
        new() { ErrorCode = error, ProducerId = -1, ProducerEpoch = -1 };

    private static ErrorCode Refusal(RequestContext context, InitProducerIdRequest request)
    {
        if (request.TransactionalId is { } id)
        {
            if (!context.Authorize(AclOperation.Write, ResourceType.TransactionalId, id)
                || (request.Enable2Pc && !context.Authorize(AclOperation.TwoPhaseCommit, ResourceType.TransactionalId, id)))
                return ErrorCode.TransactionalIdAuthorizationFailed;
        }
        // Both or neither are set (KIP-360).
        return (request.ProducerId == -1) == (request.ProducerEpoch == -1) ? ErrorCode.None : ErrorCode.InvalidRequest;
    }
}
