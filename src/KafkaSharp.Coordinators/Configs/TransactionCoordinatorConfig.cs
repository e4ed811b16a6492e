using KafkaSharp.Configuration;

namespace KafkaSharp.Coordinators.Configs;

/// <summary>The transaction coordinator's part of the broker's configuration. Immutable.</summary>
public sealed record TransactionCoordinatorConfig
{
    /// <summary>How long the response to a write waits for the commit; Kafka waits as long as the transaction's timeout.</summary>
    public static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long the coordinator waits before it sends markers again that a partition has not taken, or writes again that they are written.
    /// </summary>
    public static readonly TimeSpan MarkerRetryBackoff = TimeSpan.FromMilliseconds(100);

    public int MaxTimeoutMs { get; init; } = TransactionConfigs.MaxTimeoutMs.Default;

    public int IdExpirationMs { get; init; } = TransactionConfigs.IdExpirationMs.Default;

    public TimeSpan AbortTimedOutInterval { get; init; } =
        TimeSpan.FromMilliseconds(TransactionConfigs.AbortTimedOutIntervalMs.Default);

    public TimeSpan RemoveExpiredInterval { get; init; } =
        TimeSpan.FromMilliseconds(TransactionConfigs.RemoveExpiredIntervalMs.Default);

    /// <summary>Whether producers may have transactions without a timeout (KIP-939).</summary>
    public bool TwoPhaseCommitEnabled { get; init; } = TransactionConfigs.TwoPhaseCommitEnable.Default;

    /// <summary>How much is read at a time when a shard is loaded, in bytes.</summary>
    public int LoadBufferSize { get; init; } = TransactionConfigs.StateLogLoadBufferSize.Default;

    public static TransactionCoordinatorConfig From(ConfigValues values) => new()
    {
        MaxTimeoutMs = values.Get(TransactionConfigs.MaxTimeoutMs),
        IdExpirationMs = values.Get(TransactionConfigs.IdExpirationMs),
        AbortTimedOutInterval = TimeSpan.FromMilliseconds(values.Get(TransactionConfigs.AbortTimedOutIntervalMs)),
        RemoveExpiredInterval = TimeSpan.FromMilliseconds(values.Get(TransactionConfigs.RemoveExpiredIntervalMs)),
        TwoPhaseCommitEnabled = values.Get(TransactionConfigs.TwoPhaseCommitEnable),
        LoadBufferSize = values.Get(TransactionConfigs.StateLogLoadBufferSize),
    };
}
