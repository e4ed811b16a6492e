using System.Buffers.Binary;
using KafkaSharp.Compression;
using KafkaSharp.Protocol.Records.Reading;

namespace KafkaSharp.Protocol.Records.Validation;

/// <summary>
/// The header data of the batches of an append, whose sizes and CRCs have been checked (Kafka's <c>analyzeAndValidateRecords</c>). A
/// follower needs no other check before it appends fetched batches.
/// </summary>
public readonly record struct RecordsAnalysis
{
    /// <summary>-1 if there is no batch, or if the first one is a legacy batch.</summary>
    public long FirstOffset { get; private init; }
    public long LastOffset { get; private init; }
    public long LastOffsetOfFirstBatch { get; private init; }
    public int LastLeaderEpoch { get; private init; }
    public long MaxTimestamp { get; private init; }

    /// <summary>The last offset of the batch with <see cref="MaxTimestamp"/>.</summary>
    public long OffsetOfMaxTimestamp { get; private init; }
    public bool OffsetsMonotonic { get; private init; }

    /// <summary>The total size of the complete batches. Bytes after them belong to an incomplete batch and must not be appended.</summary>
    public int ValidBytes { get; private init; }
    public int BatchCount { get; private init; }

    /// <summary>The compression of the last compressed batch; None if no batch is compressed.</summary>
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
    /// Analyzes the batches and checks their sizes and CRCs.
    /// </summary>
    /// <exception cref="RecordsException">
    /// A batch is invalid, or exceeds <paramref name="maxMessageBytes"/> (MESSAGE_TOO_LARGE).
    /// </exception>
    public static RecordsAnalysis Of(
        ReadOnlySpan<byte> records, TopicPartition partition, AppendOrigin origin, int leaderEpoch, int maxMessageBytes = int.MaxValue)
    {
        var found = Nothing;
        foreach (var batch in new RecordBatchReader(records))
        {
            // A former leader may send batches of its successor's epoch. A follower must not append batches of a later epoch than it
            // fetches in.
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
