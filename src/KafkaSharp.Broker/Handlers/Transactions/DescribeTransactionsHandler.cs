using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators.TransactionService;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Transactions;

/// <summary>DescribeTransactions (65): state, producer and partitions of transactional ids (KIP-664).</summary>
internal sealed class DescribeTransactionsHandler(TransactionAdministration transactions)
    : IApiHandler<DescribeTransactionsRequest, DescribeTransactionsResponse>
{
    public async ValueTask<DescribeTransactionsResponse?> HandleAsync(RequestContext context, DescribeTransactionsRequest request)
    {
        var response = new DescribeTransactionsResponse { TransactionStates = new(request.TransactionalIds.Count) };
        foreach (var id in request.TransactionalIds)
        {
            if (!context.Authorize(AclOperation.Describe, ResourceType.TransactionalId, id))
            {
                response.TransactionStates.Add(Refuse(id, ErrorCode.TransactionalIdAuthorizationFailed));
                continue;
            }
            var state = await transactions.DescribeAsync(id);
            state.Topics.RemoveAll(topic => !context.Authorize(AclOperation.Describe, ResourceType.Topic, topic.Topic));
            response.TransactionStates.Add(state);
        }
        return response;
    }

    public DescribeTransactionsResponse Fail(DescribeTransactionsRequest request, ErrorCode error, short version) =>
        new() { TransactionStates = request.TransactionalIds.ConvertAll(id => Refuse(id, error)) };

    private static DescribeTransactionsResponse.TransactionStateData Refuse(string id, ErrorCode error) =>
        new() { TransactionalId = id, ErrorCode = error };
}
