using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Transactions;

/// <summary>ListTransactions and DescribeTransactions of one shard. Used on the shard's event loop.</summary>
internal sealed class TransactionQueries(TransactionContext context, MarkerDelivery markers)
{
    public List<ListTransactionsResponse.TransactionStateData> List(TransactionFilter filter)
    {
        var now = context.NowMs;
        return
        [
            .. context.Table.All.Where(transaction => filter.Admits(transaction, now)).Select(
                transaction => new ListTransactionsResponse.TransactionStateData
                {
                    TransactionalId = transaction.TransactionalId,
                    ProducerId = transaction.ProducerId,
                    TransactionState = transaction.State.Name(),
                }),
        ];
    }

    public DescribeTransactionsResponse.TransactionStateData Describe(string transactionalId)
    {
        if (context.Table.Find(transactionalId) is not { } transaction)
        {
            return new DescribeTransactionsResponse.TransactionStateData
            {
                TransactionalId = transactionalId,
                ErrorCode = ErrorCode.TransactionalIdNotFound,
            };
        }
        var topics = (markers.Remaining(transactionalId) ?? transaction.Partitions).GroupBy(p => p.Topic, StringComparer.Ordinal);
        return new DescribeTransactionsResponse.TransactionStateData
        {
            TransactionalId = transactionalId,
            TransactionState = transaction.State.Name(),
            TransactionTimeoutMs = transaction.TimeoutMs,
            TransactionStartTimeMs = transaction.StartMs,
            ProducerId = transaction.ProducerId,
            ProducerEpoch = transaction.ProducerEpoch,
            Topics =
            [
                .. topics.Select(topic => new DescribeTransactionsResponse.TopicData
                {
                    Topic = topic.Key,
                    Partitions = [.. topic.Select(p => p.Partition)],
                }),
            ],
        };
    }
}
