using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators.TransactionService;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Transactions;

/// <summary>ListTransactions (66): the transactional ids this broker coordinates (KIP-664), by state, producer, age and name.</summary>
internal sealed class ListTransactionsHandler(TransactionAdministration transactions)
    : IApiHandler<ListTransactionsRequest, ListTransactionsResponse>
{
    public async ValueTask<ListTransactionsResponse?> HandleAsync(RequestContext context, ListTransactionsRequest request)
    {
        var response = await transactions.ListAsync(request);
        response.TransactionStates.RemoveAll(
            state => !context.Authorize(AclOperation.Describe, ResourceType.TransactionalId, state.TransactionalId));
        return response;
    }

    public ListTransactionsResponse Fail(ListTransactionsRequest request, ErrorCode error, short version) => new() { ErrorCode = error };
}
