namespace KafkaSharp.Metadata.Publishing;

/// <summary>The progress of this node in applying the metadata. Thread-safe.</summary>
public interface IMetadataProgress
{
    /// <summary>The offset of the last record in an image that all publishers have applied; -1 for none.</summary>
    long LastAppliedOffset { get; }

    /// <summary>Completes when the node has applied everything up to and including an offset.</summary>
    Task WaitForOffsetAsync(long offset, CancellationToken cancellation = default);
}
