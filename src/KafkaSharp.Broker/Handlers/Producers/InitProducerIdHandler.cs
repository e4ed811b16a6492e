using KafkaSharp.Broker.Requests;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Producers;

/// <summary>
/// InitProducerId (22) for idempotent producers: a fresh id at epoch 0 (KIP-98). With a transactional id it needs the transaction
/// coordinator, which is not there yet: such a producer is told so with a fatal error.
/// </summary>
sealed class InitProducerIdHandler(ProducerIdAllocator ids) : IApiHandler<InitProducerIdRequest, InitProducerIdResponse>
{
    public async ValueTask<InitProducerIdResponse?> HandleAsync(RequestContext context, InitProducerIdRequest request)
    {
        if (request.TransactionalId is not null)
            return Fail(request, request.TransactionalId.Length == 0 ? ErrorCode.InvalidRequest : ErrorCode.TransactionalIdAuthorizationFailed);
        var (error, id) = await ids.NextAsync().ConfigureAwait(false);
        return error == ErrorCode.None
            ? new InitProducerIdResponse { ProducerId = id, ProducerEpoch = 0 }
            : Fail(request, error == ErrorCode.NotController ? ErrorCode.CoordinatorLoadInProgress : error);
    }

    public InitProducerIdResponse Fail(InitProducerIdRequest request, ErrorCode error) =>
        new() { ErrorCode = error, ProducerId = -1, ProducerEpoch = -1 };
}
