namespace KafkaSharp.Coordinators.Transactions;

/// <summary>What ends a transaction in its partitions (Kafka's <c>TxnMarkerEntry</c>).</summary>
/// <param name="ProducerId">The producer of the transaction.</param>
/// <param name="ProducerEpoch">
/// The epoch of the marker: since version 2 the one after that of the transaction, so that no record of it can follow.
/// </param>
/// <param name="Committed">False when the transaction was aborted.</param>
/// <param name="CoordinatorEpoch">The epoch in which the deciding coordinator leads its partition of <c>__transaction_state</c>.</param>
/// <param name="TransactionVersion">The level <c>transaction.version</c> of the transaction.</param>
public sealed record TransactionMarker(
    long ProducerId, short ProducerEpoch, bool Committed, int CoordinatorEpoch, short TransactionVersion);
