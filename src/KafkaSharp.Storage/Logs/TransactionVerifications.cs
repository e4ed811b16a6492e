using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Storage.ProducerState;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// The transactions of a log that are being verified with the transaction coordinator (Kafka's <c>VerificationStateEntry</c>, KIP-890): no
/// transaction begins in the log without verification, so that none stays open forever. Used under the log's lock.
/// </summary>
internal sealed class TransactionVerifications(ProducerStateManager producers)
{
    private readonly Dictionary<long, Entry> _open = new(SeededInt64Comparer.Instance);

    public bool IsEmpty => _open.Count == 0;

    /// <summary>The guard of a producer's verification; concurrent appends of a producer share it.</summary>
    public VerificationGuard Begin(long producerId, int sequence, short epoch, bool supportsEpochBump, long nowMs)
    {
        if (!_open.TryGetValue(producerId, out var entry))
            _open.Add(producerId, entry =
                new Entry { LowestSequence = sequence, Epoch = epoch, SupportsEpochBump = supportsEpochBump, BeganMs = nowMs });
        else if (epoch > entry.Epoch || (epoch == entry.Epoch && sequence < entry.LowestSequence))
            (entry.Epoch, entry.LowestSequence) = (epoch, sequence);
        return entry.Guard;
    }

    /// <summary>
    /// Refuses a batch whose transaction was not verified, or whose sequence is above that of the batch that was verified.
    /// </summary>
    public ProducerCheck Check(in RecordBatch batch, VerificationGuard guard, AppendOrigin origin, bool required)
    {
        if (batch.Magic < 2 || batch.IsControlBatch || origin is not (AppendOrigin.Client or AppendOrigin.Coordinator))
            return ProducerCheck.Ok;
        var header = batch.Header;
        var entry = _open.GetValueOrDefault(header.ProducerId);
        if (required && header.IsTransactional && !producers.HasOngoingTransaction(header.ProducerId, header.ProducerEpoch)
            && (entry is null || !ReferenceEquals(guard, entry.Guard)))
            return ProducerCheck.Refused(ErrorCode.InvalidTxnState, "Record was not part of an ongoing transaction");
        if (entry is null || origin != AppendOrigin.Client || !header.HasProducerId)
            return ProducerCheck.Ok;
        var isNew = producers.Find(header.ProducerId) is not { IsEmpty: false };
        if (header.BaseSequence > entry.LowestSequence || (entry.SupportsEpochBump && header.BaseSequence != 0 && isNew))
        {
            return ProducerCheck.Refused(ErrorCode.OutOfOrderSequenceNumber,
                $"Out of order sequence number for producer {header.ProducerId} in partition {producers.TopicPartition}: " +
                $"{header.BaseSequence} "
                + $"(incoming seq. number), {entry.LowestSequence} (earliest seen sequence)");
        }
        return ProducerCheck.Ok;
    }

    /// <summary>Removes the verification of a transaction that this batch starts or ends.</summary>
    public void Remove(in RecordBatch batch)
    {
        if (batch.Magic >= 2 && batch.IsTransactional)
            _open.Remove(batch.ProducerId);
    }

    public void RemoveExpired(long nowMs, long expirationMs)
    {
        foreach (var (producerId, entry) in _open)
        {
            if (nowMs - entry.BeganMs >= expirationMs)
                _open.Remove(producerId);
        }
    }

    private sealed class Entry
    {
        public VerificationGuard Guard { get; } = new();

        public int LowestSequence { get; set; }

        public short Epoch { get; set; }

        public bool SupportsEpochBump { get; init; }

        public long BeganMs { get; init; }
    }
}
