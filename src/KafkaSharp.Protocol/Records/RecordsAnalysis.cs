using KafkaSharp.Compression;

namespace KafkaSharp.Protocol.Records;

/// <summary>
/// What the batches of an append say of themselves, each found whole and with a right CRC (Kafka's <c>LogAppendInfo</c> from
/// <c>analyzeAndValidateRecords</c>): what a follower needs before it appends fetched bytes as they are.
/// </summary>
public readonly record struct RecordsAnalysis
{
    /// <summary>-1 where there is no batch.</summary>
    public long FirstOffset { get; init; }
    public long LastOffset { get; init; }
    public long LastOffsetOfFirstBatch { get; init; }
    public int LastLeaderEpoch { get; init; }
    public long MaxTimestamp { get; init; }

    /// <summary>The last offset of the batch that holds <see cref="MaxTimestamp"/>.</summary>
    public long OffsetOfMaxTimestamp { get; init; }
    public bool OffsetsMonotonic { get; init; }

    /// <summary>Bytes of whole batches: what follows is a cut-off batch and is not to be appended.</summary>
    public int ValidBytes { get; init; }
    public int BatchCount { get; init; }
    public CompressionType SourceCompression { get; init; }

    /// <summary>Checks sizes and CRCs; a fault is a <see cref="RecordsException"/>.</summary>
    public static RecordsAnalysis Of(
        ReadOnlySpan<byte> records, TopicPartition partition, AppendOrigin origin, int leaderEpoch, int maxMessageBytes = int.MaxValue) =>
        throw new NotImplementedException();
}
