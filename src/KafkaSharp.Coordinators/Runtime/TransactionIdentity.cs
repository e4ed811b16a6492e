namespace KafkaSharp.Coordinators.Runtime;

/// <summary>The transaction that a client names in a request.</summary>
/// <param name="TransactionalId">The transactional id.</param>
/// <param name="ProducerId">The producer id.</param>
/// <param name="ProducerEpoch">The producer epoch.</param>
/// <param name="ApiVersion">The version of the request: it decides whether the partition is added to the transaction (KIP-890).</param>
public readonly record struct TransactionIdentity(string TransactionalId, long ProducerId, short ProducerEpoch, short ApiVersion);
