using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Replication;

/// <summary>The result of one read of one partition. <see cref="Records"/> stays valid until <see cref="Lease"/> is disposed of.</summary>
internal readonly record struct FetchPartitionResult
{
    public FetchPartitionResult(ErrorCode errorCode) => ErrorCode = errorCode;

    /// <summary>Whether the metadata did not know the partition when the request arrived.</summary>
    public bool IsUnknown => !IsLost && ErrorCode is (ErrorCode.UnknownTopicOrPartition or ErrorCode.UnknownTopicId);

    /// <summary>Whether the metadata knew the partition when the request arrived, and does not any more.</summary>
    public bool IsLost { get; init; }

    public ErrorCode ErrorCode { get; init; }

    /// <summary>Whether a fetch responds at once, since the partition gives it no more bytes however long it waits.</summary>
    public bool EndsWait { get; init; }

    /// <summary>The base offset of the segment in which the read began; -1 where nothing was read.</summary>
    public long SegmentBaseOffset { get; init; } = -1;

    public long HighWatermark { get; init; } = -1;
    public long LastStableOffset { get; init; } = -1;
    public long LogStartOffset { get; init; } = -1;
    public ReadOnlyMemory<byte> Records { get; init; }
    public IDisposable? Lease { get; init; }
    public List<FetchResponse.AbortedTransaction>? AbortedTransactions { get; init; }
    public FetchResponse.EpochEndOffset? DivergingEpoch { get; init; }
    public FetchResponse.LeaderIdAndEpoch? CurrentLeader { get; init; }

    public FetchResponse.PartitionData ToResponse(int partition, bool includesLeader)
    {
        var data = new FetchResponse.PartitionData
        {
            PartitionIndex = partition,
            ErrorCode = ErrorCode,
            HighWatermark = HighWatermark,
            LastStableOffset = LastStableOffset,
            LogStartOffset = LogStartOffset,
            AbortedTransactions = AbortedTransactions,
            Records = Records,
        };
        if (DivergingEpoch is not null)
            data.DivergingEpoch = DivergingEpoch;
        if (CurrentLeader is not null && includesLeader)
            data.CurrentLeader = CurrentLeader;
        return data;
    }
}
