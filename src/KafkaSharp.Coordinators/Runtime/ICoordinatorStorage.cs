using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Runtime;

/// <summary>The partitions of a coordinator's topic on this broker. Safe for use from any thread.</summary>
public interface ICoordinatorStorage
{
    /// <summary>Opens a partition that this broker leads; the caller disposes of it.</summary>
    /// <exception cref="StateMachineException">The partition is not on this broker.</exception>
    Task<ICoordinatorPartition> OpenAsync(int partition, CancellationToken cancellation);

    /// <summary>
    /// Asks the transaction coordinator whether a partition belongs to a transaction, or adds it, depending on the version of the request
    /// (Kafka's <c>maybeStartTransactionVerification</c>). Null where the partition knows the transaction already, or nothing is verified.
    /// </summary>
    /// <exception cref="StateMachineException">The transaction may not write to the partition, with the reason.</exception>
    Task<TransactionVerification?> VerifyAsync(int partition, TransactionIdentity transaction);
}

/// <summary>
/// One partition of a coordinator's topic (Kafka's <c>PartitionWriter</c> and the log its loader reads). Properties and reads may be used
/// from any thread; appends come from the shard's loop.
/// </summary>
public interface ICoordinatorPartition : IDisposable
{
    long LogStartOffset { get; }

    long LogEndOffset { get; }

    long HighWatermark { get; }

    /// <summary>The largest batch the partition accepts, in bytes (<c>max.message.bytes</c>).</summary>
    int MaxBatchSize { get; }

    /// <summary>
    /// Calls back whenever the high watermark has advanced, for any reason, from any thread, possibly inside an append. Called once.
    /// </summary>
    void Subscribe(Action<long> highWatermarkAdvanced);

    /// <summary>Reads whole batches from an offset on, up to the log end: at least one, otherwise as many as the size allows.</summary>
    /// <exception cref="StateMachineException">The partition cannot be read at that offset.</exception>
    CoordinatorRead Read(long startOffset, int maxBytes);

    /// <summary>Appends one batch. It is committed once the high watermark has passed it.</summary>
    /// <param name="batch">Writable memory, patched in place; free again when the call returns.</param>
    /// <param name="leaderEpoch">
    /// The epoch of the shard: refused when this broker does not lead the partition in exactly that epoch.
    /// </param>
    /// <param name="transactionVersion">For a marker: the feature level of its transaction; otherwise 0.</param>
    /// <param name="verification">For records of a transaction: what its verification gave.</param>
    /// <returns>The offset after the last record.</returns>
    /// <exception cref="StateMachineException">Nothing was appended, with the reason.</exception>
    long Append(ReadOnlyMemory<byte> batch, int leaderEpoch, short transactionVersion, TransactionVerification? verification = null);
}

/// <summary>Batches read from a partition, valid until <see cref="Dispose"/>.</summary>
/// <param name="Records">Whole batches.</param>
/// <param name="Lease">Keeps the memory valid; null when it needs none.</param>
public readonly record struct CoordinatorRead(ReadOnlyMemory<byte> Records, IDisposable? Lease) : IDisposable
{
    public void Dispose() => Lease?.Dispose();
}
