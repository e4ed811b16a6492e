using KafkaSharp.Protocol;
using KafkaSharp.Storage.ProducerState;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// The idempotent and transactional producers of a log, for requests and maintenance. Thread-safe: each call takes the log's lock.
/// </summary>
public sealed class LogProducers
{
    private readonly LogState _state;

    internal LogProducers(LogState state) => _state = state;

    /// <summary>Whether a transaction of this producer and epoch is open in the log.</summary>
    public bool HasOngoingTransaction(long producerId, short producerEpoch)
    {
        lock (_state.Gate)
            return _state.Producers.HasOngoingTransaction(producerId, producerEpoch);
    }

    /// <summary>
    /// Begins the verification of a transaction, to be called before the transaction coordinator is asked whether the partition belongs to
    /// the transaction (KIP-890). The guard is passed to the append. <see cref="VerificationGuard.None"/>: no verification is needed.
    /// INVALID_PRODUCER_EPOCH: the producer is fenced.
    /// </summary>
    public (ErrorCode ErrorCode, VerificationGuard Guard) StartTransactionVerification(
        long producerId, int sequence, short producerEpoch, bool supportsEpochBump)
    {
        lock (_state.Gate)
            return _state.Producers.BeginVerification(producerId, sequence, producerEpoch, supportsEpochBump, _state.NowMs);
    }

    /// <summary>Reads the producer state under the log's lock (DescribeProducers). The result must be a copy.</summary>
    public T Inspect<T>(Func<ProducerStateManager, T> read)
    {
        lock (_state.Gate)
            return read(_state.Producers);
    }

    /// <summary>Sets producer.id.expiration.ms and transaction.partition.verification.enable.</summary>
    public void Configure(int expirationMs, bool requiresVerification)
    {
        lock (_state.Gate)
            (_state.Producers.ExpirationMs, _state.Producers.RequiresVerification) = (expirationMs, requiresVerification);
    }

    /// <summary>
    /// Removes the producers that were idle for producer.id.expiration.ms, and verifications as old; returns the number of producers.
    /// </summary>
    public int RemoveExpired()
    {
        lock (_state.Gate)
            return _state.Producers.RemoveExpired(_state.NowMs);
    }
}
