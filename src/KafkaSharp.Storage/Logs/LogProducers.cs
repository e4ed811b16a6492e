using KafkaSharp.Protocol;
using KafkaSharp.Storage.ProducerState;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// The idempotent and transactional producers of a log, for requests and maintenance. Thread-safe: each call takes the log's lock.
/// </summary>
public sealed class LogProducers
{
    private readonly LogState _state;
    private readonly TransactionVerifications _verifications;

    internal LogProducers(LogState state, TransactionVerifications verifications)
    {
        _state = state;
        _verifications = verifications;
    }

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
        {
            if (_state.Producers.Find(producerId) is { } known && producerEpoch < known.ProducerEpoch)
                return (ErrorCode.InvalidProducerEpoch, VerificationGuard.None);
            return (ErrorCode.None, _state.Producers.HasOngoingTransaction(producerId, producerEpoch)
                ? VerificationGuard.None
                : _verifications.Begin(producerId, sequence, producerEpoch, supportsEpochBump, _state.NowMs));
        }
    }

    /// <summary>Reads the producer state under the log's lock (DescribeProducers). The result must be a copy.</summary>
    public T Inspect<T>(Func<ProducerStateManager, T> read)
    {
        lock (_state.Gate)
            return read(_state.Producers);
    }

    /// <summary>Sets producer.id.expiration.ms.</summary>
    public void SetExpiration(int expirationMs)
    {
        lock (_state.Gate)
            _state.Producers.ExpirationMs = expirationMs;
    }

    /// <summary>
    /// Removes the producers that were idle for producer.id.expiration.ms, and verifications as old; returns the number of producers.
    /// </summary>
    public int RemoveExpired()
    {
        lock (_state.Gate)
        {
            var now = _state.NowMs;
            _verifications.RemoveExpired(now, _state.Producers.ExpirationMs);
            return _state.Producers.RemoveExpired(now);
        }
    }
}
