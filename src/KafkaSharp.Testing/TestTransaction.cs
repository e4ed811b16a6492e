namespace KafkaSharp.Testing;

/// <summary>The state of a transactional id of a test broker as it was when asked for.</summary>
/// <param name="TransactionalId">The <c>transactional.id</c> of the producer.</param>
/// <param name="State">
/// The state by Kafka's name: Empty (no transaction yet), Ongoing, PrepareCommit, PrepareAbort, CompleteCommit, CompleteAbort.
/// </param>
/// <param name="ProducerId">The producer id.</param>
/// <param name="ProducerEpoch">The epoch; producers with a smaller one are fenced.</param>
/// <param name="Timeout">After this time the coordinator aborts an open transaction.</param>
/// <param name="Started">When the open transaction began; null if there is none.</param>
/// <param name="Partitions">The partitions of the open transaction.</param>
public sealed record TestTransaction(
    string TransactionalId,
    string State,
    long ProducerId,
    short ProducerEpoch,
    TimeSpan Timeout,
    DateTimeOffset? Started,
    IReadOnlyList<(string Topic, int Partition)> Partitions)
{
    /// <summary>Whether a transaction has begun whose markers are not all written.</summary>
    public bool IsOpen => State is "Ongoing" or "PrepareCommit" or "PrepareAbort";

    public override string ToString() =>
        $"transactional id {TransactionalId} is {State}, producer {ProducerId} epoch {ProducerEpoch}, "
        + $"timeout {Timeout.TotalMilliseconds} ms, "
        + $"partitions: [{string.Join(", ", Partitions.Select(partition => $"{partition.Topic}-{partition.Partition}"))}]";
}
