namespace KafkaSharp.Storage.ProducerState;

/// <summary>
/// Identifies one verification of a transaction with its coordinator (KIP-890). It is created before the request to the coordinator and
/// passed to the append. When a marker is written in between, the log no longer accepts it. Compared by reference.
/// </summary>
public sealed class VerificationGuard
{
    internal VerificationGuard()
    {
    }

    /// <summary>No verification: the transaction is already open in this log, or the batch is not transactional.</summary>
    public static VerificationGuard None { get; } = new();
}
