using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;

namespace KafkaSharp.Coordinators.Transactions;

/// <summary>
/// The state of one transactional id (Kafka's <c>TransactionMetadata</c>). Immutable: each transition returns the state that follows,
/// which replaces this one when its record is replayed.
/// </summary>
internal sealed record TransactionMetadata
{
    private static readonly IReadOnlySet<TopicPartition> s_noPartitions = new HashSet<TopicPartition>();

    public required string TransactionalId { get; init; }

    public required long ProducerId { get; init; }

    /// <summary>
    /// The producer id before the last transition, or -1: a request that is repeated because its response was lost still names it.
    /// </summary>
    public long PreviousProducerId { get; init; } = RecordBatchHeader.NoProducerId;

    /// <summary>The producer id from the completion of this transaction on, when its epochs are used up; otherwise -1.</summary>
    public long NextProducerId { get; init; } = RecordBatchHeader.NoProducerId;

    /// <summary>The epoch of the producer; -1 before the first one is written.</summary>
    public short ProducerEpoch { get; init; } = RecordBatchHeader.NoProducerEpoch;

    /// <summary>
    /// The epoch before, when the producer that has it may continue (KIP-360); -1 when it may not. Not stored: a new coordinator does not
    /// know it.
    /// </summary>
    public short LastProducerEpoch { get; init; } = RecordBatchHeader.NoProducerEpoch;

    public required int TimeoutMs { get; init; }

    public TransactionState State { get; init; }

    /// <summary>The partitions of the transaction. Must not be changed.</summary>
    public IReadOnlySet<TopicPartition> Partitions { get; init; } = s_noPartitions;

    /// <summary>When the transaction began, in milliseconds since 1970; -1 before the first one.</summary>
    public long StartMs { get; init; } = -1;

    /// <summary>
    /// When the transaction began, as a timestamp of the clock's monotonic time, which nobody sets; null when another coordinator began it.
    /// Not stored.
    /// </summary>
    public long? StartTimestamp { get; init; }

    /// <summary>When the state last changed, in milliseconds since 1970.</summary>
    public required long LastUpdateMs { get; init; }

    /// <summary>The version in which the client made the last transition that depends on it.</summary>
    public TransactionVersion ClientVersion { get; init; }

    /// <summary>
    /// Whether no client gets a further epoch of this producer id. The highest one is kept back, so that its producer can always be fenced.
    /// </summary>
    public bool IsEpochExhausted => IsExhausted(ProducerEpoch);

    /// <summary>Whether the producer takes part in a two-phase commit: its transactions have no timeout (KIP-939).</summary>
    public bool IsTwoPhaseCommit => TimeoutMs == int.MaxValue;

    public static bool IsExhausted(short epoch) => epoch >= short.MaxValue - 1;

    /// <summary>A new epoch for a producer that begins, or the current one again for a request that is repeated.</summary>
    /// <param name="timeoutMs">The timeout of its transactions.</param>
    /// <param name="expectedEpoch">The epoch of a producer that continues; null for one that begins.</param>
    /// <param name="nowMs">The time of the change.</param>
    /// <returns>Null when the expected epoch is neither the current one nor the one before: the producer is fenced.</returns>
    public TransactionMetadata? WithNewEpoch(int timeoutMs, short? expectedEpoch, long nowMs)
    {
        if (IsEpochExhausted)
            throw new InvalidOperationException($"The epochs of producer {ProducerId} are used up");
        var begins = this with { TimeoutMs = timeoutMs, Partitions = s_noPartitions, StartMs = -1, LastUpdateMs = nowMs };
        if (expectedEpoch is null)
        {
            return To(TransactionState.Empty, begins with
            {
                ProducerEpoch = (short)(ProducerEpoch + 1),
                LastProducerEpoch = RecordBatchHeader.NoProducerEpoch,
            });
        }
        if (ProducerEpoch == RecordBatchHeader.NoProducerEpoch || expectedEpoch == ProducerEpoch)
        {
            return To(TransactionState.Empty, begins with
            {
                ProducerEpoch = (short)(ProducerEpoch + 1),
                LastProducerEpoch = ProducerEpoch,
            });
        }
        // The response to the request that gave the current epoch was lost.
        return expectedEpoch == LastProducerEpoch ? To(TransactionState.Empty, begins) : null;
    }

    /// <summary>A new producer id for a producer that begins or continues when the epochs of the current one are used up.</summary>
    public TransactionMetadata WithNewProducerId(long producerId, int timeoutMs, long nowMs, bool continues) =>
        To(TransactionState.Empty, this with
        {
            ProducerId = producerId,
            ProducerEpoch = 0,
            LastProducerEpoch = continues ? ProducerEpoch : RecordBatchHeader.NoProducerEpoch,
            TimeoutMs = timeoutMs,
            Partitions = s_noPartitions,
            StartMs = -1,
            LastUpdateMs = nowMs,
        });

    /// <summary>Partitions become part of the transaction; the first ones begin it.</summary>
    public TransactionMetadata WithPartitions(
        IEnumerable<TopicPartition> added, long nowMs, long timestamp, TransactionVersion clientVersion)
    {
        var partitions = new HashSet<TopicPartition>(Partitions);
        partitions.UnionWith(added);
        return To(TransactionState.Ongoing, this with
        {
            Partitions = partitions,
            StartMs = State.IsIdle() ? nowMs : StartMs,
            StartTimestamp = State.IsIdle() ? timestamp : StartTimestamp,
            LastUpdateMs = nowMs,
            ClientVersion = clientVersion,
        });
    }

    /// <summary>The end of the transaction is decided.</summary>
    /// <param name="commit">False to abort.</param>
    /// <param name="clientVersion">In version 2 the producer gets a new epoch.</param>
    /// <param name="nextProducerId">The producer id of the next transaction if this one's epochs are used up; otherwise -1.</param>
    /// <param name="nowMs">The time of the decision.</param>
    public TransactionMetadata Prepared(bool commit, TransactionVersion clientVersion, long nextProducerId, long nowMs)
    {
        var next = this with
        {
            NextProducerId = nextProducerId,
            // An abort without partitions, which version 2 admits, still has a start.
            StartMs = State.IsIdle() ? nowMs : StartMs,
            LastUpdateMs = nowMs,
            ClientVersion = clientVersion,
        };
        if (clientVersion.SupportsEpochBump)
        {
            next = next with
            {
                ProducerEpoch = ProducerEpoch == short.MaxValue && !commit ? ProducerEpoch : (short)(ProducerEpoch + 1),
                LastProducerEpoch = ProducerEpoch,
            };
        }
        return To(commit ? TransactionState.PrepareCommit : TransactionState.PrepareAbort, next);
    }

    /// <summary>The same transaction with an epoch that no producer has, so that its producer is fenced (before version 2).</summary>
    public TransactionMetadata Fenced() => this with
    {
        ProducerEpoch = ProducerEpoch == short.MaxValue ? ProducerEpoch : (short)(ProducerEpoch + 1),
        LastProducerEpoch = RecordBatchHeader.NoProducerEpoch,
    };

    /// <summary>Every partition has its marker.</summary>
    public TransactionMetadata Completed(long nowMs)
    {
        var next = this with
        {
            NextProducerId = RecordBatchHeader.NoProducerId,
            Partitions = s_noPartitions,
            LastUpdateMs = nowMs,
        };
        if (ClientVersion.SupportsEpochBump && NextProducerId != RecordBatchHeader.NoProducerId)
            next = next with { ProducerId = NextProducerId, ProducerEpoch = 0 };
        return To(State == TransactionState.PrepareCommit ? TransactionState.CompleteCommit : TransactionState.CompleteAbort, next);
    }

    private TransactionMetadata To(TransactionState state, TransactionMetadata next) => state.MayFollow(State)
        ? next with { State = state, PreviousProducerId = ProducerId }
        : throw new InvalidOperationException($"Transactional id {TransactionalId} cannot go from {State} to {state}");
}
