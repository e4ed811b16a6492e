using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators.TransactionService;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Transactions;

/// <summary>EndTxn (26): commits or aborts a transaction; since version 5 the producer gets the epoch of its next one (KIP-890).</summary>
internal sealed class EndTxnHandler(TransactionProducers producers) : IApiHandler<EndTxnRequest, EndTxnResponse>
{
    private const short FencedVersion = 2;

    public async ValueTask<EndTxnResponse?> HandleAsync(RequestContext context, EndTxnRequest request)
    {
        if (!context.Authorize(AclOperation.Write, ResourceType.TransactionalId, request.TransactionalId))
            return Fail(request, ErrorCode.TransactionalIdAuthorizationFailed, context.ApiVersion);
        var response = await producers.EndAsync(request, context.ApiVersion);
        response.ErrorCode = TransactionErrors.For(response.ErrorCode, context.ApiVersion, FencedVersion);
        return response;
    }

    public EndTxnResponse Fail(EndTxnRequest request, ErrorCode error, short version) => new() { ErrorCode = error };
}
