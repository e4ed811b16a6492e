namespace KafkaSharp.Coordinators.Runtime;

/// <summary>The marker that ends a transaction in one partition.</summary>
/// <param name="Committed">False when the transaction was aborted.</param>
/// <param name="CoordinatorEpoch">The epoch of the transaction coordinator that decided it.</param>
/// <param name="TransactionVersion">The feature level <c>transaction.version</c> of the transaction (KIP-890).</param>
internal sealed record TransactionEnd(bool Committed, int CoordinatorEpoch, short TransactionVersion);
