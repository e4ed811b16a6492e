namespace KafkaSharp.Coordinators.Transactions;

/// <summary>A record of <c>__transaction_state</c>: the state of a transactional id, or its removal. Immutable.</summary>
/// <param name="TransactionalId">The key.</param>
/// <param name="Metadata">The state; null for the removal.</param>
/// <param name="ValueVersion">The version in which the state is written.</param>
internal sealed record TransactionRecord(string TransactionalId, TransactionMetadata? Metadata, short ValueVersion);
