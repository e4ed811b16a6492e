namespace KafkaSharp.Metadata.Publishing;

/// <summary>How far this node's own view of the metadata is. For any thread.</summary>
public interface IMetadataProgress
{
    /// <summary>The offset of the last record that the node's image contains and its publishers have acted on; -1 for none.</summary>
    long LastAppliedOffset { get; }

    /// <summary>Completes when the node has acted on everything up to and including an offset.</summary>
    Task WaitForOffsetAsync(long offset, CancellationToken cancellation = default);
}
