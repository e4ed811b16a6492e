using KafkaSharp.Protocol;

namespace KafkaSharp.Storage.Logs;

/// <summary>The answer to a timestamp in ListOffsets; timestamp and offset are -1 where no record answers it, the epoch null where it is not known.</summary>
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
