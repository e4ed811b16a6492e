using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Raft.Quorum;

namespace KafkaSharp.Metadata.Publishing;

/// <summary>
/// Applies changes of the metadata (Kafka's <c>MetadataPublisher</c>). Called from the loader's event loop, one call at a time, in the
/// order of offsets and of registration. The loader continues when the call returns; when all publishers have returned, the offset of the
/// image counts as applied.
/// </summary>
public interface IMetadataPublisher
{
    /// <summary>The name for log messages.</summary>
    string Name { get; }

    /// <summary>
    /// A new image. The delta of the first call starts at the empty image, so a publisher needs no separate initialization.
    /// </summary>
    void OnMetadataUpdate(MetadataDelta delta, MetadataImage newImage);

    /// <summary>The leader of the metadata quorum changed.</summary>
    void OnControllerChange(LeaderAndEpoch leader)
    {
    }
}
