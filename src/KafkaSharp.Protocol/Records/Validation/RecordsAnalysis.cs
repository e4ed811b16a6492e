using System.Buffers.Binary;
using KafkaSharp.Compression;
using KafkaSharp.Protocol.Records.Reading;

namespace KafkaSharp.Protocol.Records.Validation;

/// <summary>
/// What the batches of an append say of themselves, each found whole and with a right CRC (Kafka's <c>LogAppendInfo</c> from
/// <c>analyzeAndValidateRecords</c>): what a follower needs before it appends fetched bytes as they are.
/// </summary>
public readonly record struct RecordsAnalysis
{
    /// <summary>-1 where there is no batch, or the first is a legacy one.</summary>
    public long FirstOffset { get; private init; }
    public long LastOffset { get; private init; }
    public long LastOffsetOfFirstBatch { get; private init; }
    public int LastLeaderEpoch { get; private init; }
    public long MaxTimestamp { get; private init; }

    /// <summary>The last offset of the batch that holds <see cref="MaxTimestamp"/>.</summary>
    public long OffsetOfMaxTimestamp { get; private init; }
    public bool OffsetsMonotonic { get; private init; }

    /// <summary>Bytes of whole batches: what follows is a cut-off batch and is not to be appended.</summary>
    public int ValidBytes { get; private init; }
    public int BatchCount { get; private init; }

    /// <summary>Of the last compressed batch.</summary>
    public CompressionType SourceCompression { get; private init; }

    private static RecordsAnalysis Nothing => new()
    {
        FirstOffset = -1,
        LastOffset = -1,
        LastOffsetOfFirstBatch = -1,
        LastLeaderEpoch = -1,
        MaxTimestamp = RecordBatchHeader.NoTimestamp,
        OffsetOfMaxTimestamp = -1,
        OffsetsMonotonic = true,
    };

    /// <summary>
    /// Checks sizes and CRCs; a fault is a <see cref="RecordsException"/>. A larger batch than allowed is MESSAGE_TOO_LARGE.
    /// </summary>
    public static RecordsAnalysis Of(
        ReadOnlySpan<byte> records, TopicPartition partition, AppendOrigin origin, int leaderEpoch, int maxMessageBytes = int.MaxValue)
    {
        var found = Nothing;
        foreach (var batch in new RecordBatchReader(records))
        {
            // A leader that lost its place may still send what its successor wrote: a follower takes only what is of the epoch it fetches
            // in.
            if (origin == AppendOrigin.Replication && batch.Magic >= 2 && batch.PartitionLeaderEpoch > leaderEpoch)
                break;
            Check(batch, partition, origin, leaderEpoch, maxMessageBytes);
            var lastOffset = batch.LastOffset;
            var isLatest = batch.MaxTimestamp > found.MaxTimestamp;
            var compression = batch.Compression;
            found = new RecordsAnalysis
            {
                FirstOffset = found.BatchCount > 0 || batch.Magic < 2 ? found.FirstOffset : batch.BaseOffset,
                LastOffset = lastOffset,
                LastOffsetOfFirstBatch = found.BatchCount > 0 ? found.LastOffsetOfFirstBatch : lastOffset,
                LastLeaderEpoch = batch.PartitionLeaderEpoch,
                MaxTimestamp = isLatest ? batch.MaxTimestamp : found.MaxTimestamp,
                OffsetOfMaxTimestamp = isLatest ? lastOffset : found.OffsetOfMaxTimestamp,
                OffsetsMonotonic = found.OffsetsMonotonic && lastOffset > found.LastOffset,
                ValidBytes = found.ValidBytes + batch.SizeInBytes,
                BatchCount = found.BatchCount + 1,
                SourceCompression = compression == CompressionType.None ? found.SourceCompression : compression,
            };
        }
        return found;
    }

    private static void Check(RecordBatch batch, TopicPartition partition, AppendOrigin origin, int leaderEpoch, int maxMessageBytes)
    {
        if (origin == AppendOrigin.RaftLeader && batch.PartitionLeaderEpoch != leaderEpoch)
        {
            throw RecordsException.Invalid(
                $"Append from Raft leader did not set the batch epoch correctly, expected {leaderEpoch} " +
                $"but the batch has {batch.PartitionLeaderEpoch}");
        }
        var baseOffset = BinaryPrimitives.ReadInt64BigEndian(batch.Bytes);
        if (batch.Magic >= 2 && origin == AppendOrigin.Client && baseOffset != 0)
        {
            throw RecordsException.Invalid(
                $"The baseOffset of the record batch in the append to {partition} should be 0, but it is {baseOffset}");
        }
        if (batch.SizeInBytes > maxMessageBytes)
        {
            throw new RecordsException(
                ErrorCode.MessageTooLarge,
                $"The record batch size in the append to {partition} is {batch.SizeInBytes} bytes " +
                $"which exceeds the maximum configured value of {maxMessageBytes}.");
        }
        batch.EnsureValid();
    }
}
