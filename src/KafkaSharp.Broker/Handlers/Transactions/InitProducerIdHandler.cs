using KafkaSharp.Broker.Provisioning;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Producers;

/// <summary>
/// InitProducerId (22) for idempotent producers: a fresh id at epoch 0 (KIP-98). With a transactional id it needs the transaction
/// coordinator, which is not served yet: such a producer gets a fatal error.
/// </summary>
internal sealed class InitProducerIdHandler(ProducerIdAllocator ids) : IApiHandler<InitProducerIdRequest, InitProducerIdResponse>
{
    public async ValueTask<InitProducerIdResponse?> HandleAsync(RequestContext context, InitProducerIdRequest request)
    {
        // Both or neither are set (KIP-360).
        if ((request.ProducerId == -1) != (request.ProducerEpoch == -1))
            return Fail(request, ErrorCode.InvalidRequest, context.ApiVersion);
        if (request.TransactionalId is not null)
        {
            var refusal = request.TransactionalId.Length == 0 ? ErrorCode.InvalidRequest : ErrorCode.UnsupportedVersion;
            return Fail(request, refusal, context.ApiVersion);
        }
        var (error, id) = await ids.NextAsync();
        return error == ErrorCode.None
            ? new InitProducerIdResponse { ProducerId = id, ProducerEpoch = 0 }
            : Fail(request, error == ErrorCode.NotController ? ErrorCode.CoordinatorLoadInProgress : error, context.ApiVersion);
    }

    public InitProducerIdResponse Fail(InitProducerIdRequest request, ErrorCode error, short version) =>
        new() { ErrorCode = error, ProducerId = -1, ProducerEpoch = -1 };
}
