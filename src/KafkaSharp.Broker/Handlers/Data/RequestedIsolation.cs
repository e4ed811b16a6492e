using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Broker.Handlers.Data;

/// <summary>Maps the <c>isolation_level</c> of a Fetch or ListOffsets request to the offset up to which it may read.</summary>
internal static class RequestedIsolation
{
    private const int ConsumerId = -1;
    private const sbyte ReadUncommitted = 0;
    private const sbyte ReadCommitted = 1;

    /// <summary>
    /// The isolation of a Fetch: of a consumer (an id below 0), or of a replica, which reads to the log end. Null for an unknown level.
    /// </summary>
    public static FetchIsolation? OfFetch(int replicaId, sbyte isolationLevel) => Of(replicaId < 0, isolationLevel);

    /// <summary>The isolation of ListOffsets, in which only the id -1 is a consumer's. Null for an unknown level.</summary>
    public static FetchIsolation? OfListOffsets(int replicaId, sbyte isolationLevel) => Of(replicaId == ConsumerId, isolationLevel);

    private static FetchIsolation? Of(bool isConsumer, sbyte isolationLevel) => isolationLevel switch
    {
        not (ReadUncommitted or ReadCommitted) => null,
        _ when !isConsumer => FetchIsolation.LogEnd,
        ReadCommitted => FetchIsolation.TransactionCommitted,
        _ => FetchIsolation.HighWatermark,
    };
}
