namespace KafkaSharp.Broker.Transactions;

/// <summary>The producer of a transaction.</summary>
/// <param name="TransactionalId">Its transactional id; null for records of a transaction that nobody coordinates.</param>
/// <param name="Id">Its producer id.</param>
/// <param name="Epoch">Its producer epoch.</param>
internal readonly record struct TransactionProducer(string? TransactionalId, long Id, short Epoch);
