using KafkaSharp.Protocol;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// The offset for a timestamp in ListOffsets. Timestamp and offset are -1 if no record matches; the epoch is null if it is unknown.
/// </summary>
public readonly record struct OffsetLookup(long Timestamp, long Offset, int? LeaderEpoch, ErrorCode ErrorCode = ErrorCode.None)
{
    public const long LatestTimestamp = -1;
    public const long EarliestTimestamp = -2;

    /// <summary>The record with the largest timestamp (KIP-734).</summary>
    public const long MaxTimestamp = -3;

    /// <summary>The first offset on local disk (KIP-405).</summary>
    public const long EarliestLocalTimestamp = -4;

    /// <summary>The last offset in tiered storage (KIP-1005).</summary>
    public const long LatestTieredTimestamp = -5;

    /// <summary>The first offset not yet in tiered storage (KIP-1023).</summary>
    public const long EarliestPendingUploadTimestamp = -6;

    public static OffsetLookup None { get; } = new(-1, -1, null);
}
