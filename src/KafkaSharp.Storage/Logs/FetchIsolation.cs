namespace KafkaSharp.Storage.Logs;

/// <summary>How far a read may see (Kafka's <c>FetchIsolation</c>).</summary>
public enum FetchIsolation
{
    /// <summary>To the log end offset: replicas.</summary>
    LogEnd,

    /// <summary>To the high watermark: consumers.</summary>
    HighWatermark,

    /// <summary>Up to the last stable offset: read_committed consumers, which also receive the aborted transactions.</summary>
    TransactionCommitted,
}
