using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Fetching;

/// <summary>What one read of one partition gave. <see cref="Records"/> stays valid until <see cref="Lease"/> is disposed.</summary>
readonly record struct FetchPartitionResult
{
    public FetchPartitionResult(ErrorCode errorCode) => ErrorCode = errorCode;

    public ErrorCode ErrorCode { get; init; }
    public long HighWatermark { get; init; } = -1;
    public long LastStableOffset { get; init; } = -1;
    public long LogStartOffset { get; init; } = -1;
    public ReadOnlyMemory<byte> Records { get; init; }
    public IDisposable? Lease { get; init; }
    public List<FetchResponse.AbortedTransaction>? AbortedTransactions { get; init; }
    public FetchResponse.EpochEndOffset? DivergingEpoch { get; init; }
    public FetchResponse.LeaderIdAndEpoch? CurrentLeader { get; init; }

    public FetchResponse.PartitionData ToResponse(int partition, bool tellsLeader)
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
        if (CurrentLeader is not null && tellsLeader)
            data.CurrentLeader = CurrentLeader;
        return data;
    }
}
