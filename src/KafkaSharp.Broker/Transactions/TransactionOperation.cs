namespace KafkaSharp.Broker.Transactions;

/// <summary>
/// What a request does with the partitions of its transaction, by what its client understands (Kafka's
/// <c>TransactionSupportedOperation</c>).
/// </summary>
internal enum TransactionOperation
{
    /// <summary>
    /// They must be in the transaction. The client knows no TRANSACTION_ABORTABLE: Produce up to 10, TxnOffsetCommit up to 3.
    /// </summary>
    VerifyDefaultErrors,

    /// <summary>They must be in the transaction: Produce 11, TxnOffsetCommit 4.</summary>
    VerifyGenericErrors,

    /// <summary>
    /// They are added to the transaction (KIP-890): Produce from 12 on, TxnOffsetCommit from 5 on. The client gets a new epoch with every
    /// transaction.
    /// </summary>
    AddPartitions,
}
