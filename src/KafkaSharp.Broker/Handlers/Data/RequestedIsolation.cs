using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Broker.Handlers.Data;

/// <summary>Maps the <c>isolation_level</c> of a Fetch or ListOffsets request to the offset up to which it may read.</summary>
internal static class RequestedIsolation
{
    private const sbyte ReadUncommitted = 0;
    private const sbyte ReadCommitted = 1;

    /// <summary>
    /// The isolation of a consumer, or of a replica (an id from 0), which reads to the log end. Null for an unknown level.
    /// </summary>
    public static FetchIsolation? Of(int replicaId, sbyte isolationLevel) => isolationLevel switch
    {
        not (ReadUncommitted or ReadCommitted) => null,
        _ when replicaId >= 0 => FetchIsolation.LogEnd,
        ReadCommitted => FetchIsolation.TransactionCommitted,
        _ => FetchIsolation.HighWatermark,
    };
}
