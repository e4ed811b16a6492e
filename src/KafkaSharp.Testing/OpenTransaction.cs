namespace KafkaSharp.Testing;

/// <summary>
/// A transaction that has written to a partition and is not ended there. The one with the smallest offset holds the last stable offset:
/// consumers with <c>isolation.level=read_committed</c> get nothing from there on.
/// </summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="FirstOffset">Its first offset in the partition.</param>
/// <param name="ProducerId">The producer id.</param>
/// <param name="ProducerEpoch">The epoch of the producer.</param>
/// <param name="LastWrite">The timestamp of its producer's last batch in the partition.</param>
/// <param name="TransactionalId">The <c>transactional.id</c>; null if no coordinator knows this producer: it hangs.</param>
public sealed record OpenTransaction(
    string Topic,
    int Partition,
    long FirstOffset,
    long ProducerId,
    int ProducerEpoch,
    DateTimeOffset LastWrite,
    string? TransactionalId)
{
    public override string ToString() =>
        $"{Topic}-{Partition} has an open transaction from offset {FirstOffset} on, of "
        + (TransactionalId is null ? "no known transactional id" : $"transactional id {TransactionalId}")
        + $" (producer {ProducerId}, epoch {ProducerEpoch}), last written to at {LastWrite:HH:mm:ss.fff}";
}
