namespace KafkaSharp.Metadata.Images;

/// <summary>
/// Where an image comes from: the offset and epoch of the last record it contains and that record's append time in ms since 1970, or -1 for
/// each where it contains none. <see cref="IsBatchAligned"/> is false within a metadata transaction, where no snapshot may be made.
/// </summary>
public sealed record MetadataProvenance(long LastContainedOffset, int LastContainedEpoch, long LastContainedLogTimeMs,
    bool IsBatchAligned = true)
{
    public static MetadataProvenance Empty { get; } = new(-1, -1, -1);
}
