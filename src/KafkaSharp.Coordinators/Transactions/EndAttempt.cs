namespace KafkaSharp.Coordinators.Transactions;

/// <summary>A client's request to end a transaction.</summary>
/// <param name="TransactionalId">The transactional id.</param>
/// <param name="ProducerId">The producer id that the client has.</param>
/// <param name="ProducerEpoch">The epoch that the client has.</param>
/// <param name="Commit">False to abort.</param>
/// <param name="ClientVersion">The version of transactions that the client knows.</param>
internal sealed record EndAttempt(
    string TransactionalId, long ProducerId, short ProducerEpoch, bool Commit, TransactionVersion ClientVersion);
