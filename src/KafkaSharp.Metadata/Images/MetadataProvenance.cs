namespace KafkaSharp.Metadata.Images;

/// <summary>
/// The log position of an image (Kafka's <c>MetadataProvenance</c>): offset and epoch of the last contained record and its append time in
/// milliseconds since the Unix epoch; -1 for each if there is no record. <see cref="IsBatchAligned"/> is false within a metadata
/// transaction, where no snapshot may be made.
/// </summary>
public sealed record MetadataProvenance(long LastContainedOffset, int LastContainedEpoch, long LastContainedLogTimeMs,
    bool IsBatchAligned = true)
{
    public static MetadataProvenance Empty { get; } = new(-1, -1, -1);
}
