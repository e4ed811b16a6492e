using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Transactions;

/// <summary>
/// Adds partitions to transactions, or verifies that they are in one, with the transaction coordinator of the transactional id (Kafka's
/// <c>AddPartitionsToTxnManager</c>). Safe from any thread.
/// </summary>
internal interface ITransactionPartitions
{
    /// <summary>
    /// The errors of the partitions that must not be written; empty when all may be. They are those for the operation's clients:
    /// PRODUCER_FENCED is INVALID_PRODUCER_EPOCH, and TRANSACTION_ABORTABLE is INVALID_TXN_STATE for those that do not know it. It does
    /// not fail.
    /// </summary>
    ValueTask<IReadOnlyDictionary<TopicPartition, ErrorCode>> AddOrVerifyAsync(
        string transactionalId, long producerId, short producerEpoch, IReadOnlyCollection<TopicPartition> partitions,
        TransactionOperation operation);
}
