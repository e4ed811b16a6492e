using KafkaSharp.Configuration;

namespace KafkaSharp.Coordinators.Configs;

/// <summary>
/// The keys of the transaction coordinator and of the topic that holds its state (Kafka's <c>TransactionLogConfig</c> and
/// <c>TransactionStateManagerConfig</c>).
/// </summary>
public static class TransactionConfigs
{
    public static readonly ConfigKey<int> MaxTimeoutMs = ConfigKeys.Int(
        "transaction.max.timeout.ms", 900_000, "The longest timeout a producer may ask for its transactions, in milliseconds.", min: 1);

    public static readonly ConfigKey<int> IdExpirationMs = ConfigKeys.Int(
        "transactional.id.expiration.ms", 604_800_000,
        "How long the state of a transactional id is kept after its last transaction, in milliseconds.", min: 1);

    public static readonly ConfigKey<int> AbortTimedOutIntervalMs = ConfigKeys.Int(
        "transaction.abort.timed.out.transaction.cleanup.interval.ms", 10_000,
        "How often transactions whose timeout has passed are looked for, to be aborted, in milliseconds.", min: 1);

    public static readonly ConfigKey<int> RemoveExpiredIntervalMs = ConfigKeys.Int(
        "transaction.remove.expired.transaction.cleanup.interval.ms", 3_600_000,
        "How often expired transactional ids are looked for, to be removed, in milliseconds.", min: 1);

    public static readonly ConfigKey<bool> TwoPhaseCommitEnable = ConfigKeys.Boolean(
        "transaction.two.phase.commit.enable", false,
        "Whether producers may take part in a two-phase commit: their transactions have no timeout (KIP-939).");

    public static readonly ConfigKey<int> StateLogNumPartitions = ConfigKeys.Int(
        "transaction.state.log.num.partitions", 50, "How many partitions __transaction_state is created with.", min: 1);

    public static readonly ConfigKey<short> StateLogReplicationFactor = ConfigKeys.Short(
        "transaction.state.log.replication.factor", 3, "How many replicas __transaction_state is created with.", min: 1);

    public static readonly ConfigKey<int> StateLogMinIsr = ConfigKeys.Int(
        "transaction.state.log.min.isr", 2, "The min.insync.replicas that __transaction_state is created with.", min: 1);

    public static readonly ConfigKey<int> StateLogSegmentBytes = ConfigKeys.Int(
        "transaction.state.log.segment.bytes", 104_857_600, "The segment size of __transaction_state, in bytes.", min: 1);

    public static readonly ConfigKey<int> StateLogLoadBufferSize = ConfigKeys.Int(
        "transaction.state.log.load.buffer.size", 5_242_880, "How much is read at once when a shard is loaded, in bytes.", min: 1);

    /// <summary>Every key of the transaction coordinator.</summary>
    public static IReadOnlyList<ConfigKey> All { get; } =
    [
        MaxTimeoutMs, IdExpirationMs, AbortTimedOutIntervalMs, RemoveExpiredIntervalMs, TwoPhaseCommitEnable, StateLogNumPartitions,
        StateLogReplicationFactor, StateLogMinIsr, StateLogSegmentBytes, StateLogLoadBufferSize,
    ];
}
