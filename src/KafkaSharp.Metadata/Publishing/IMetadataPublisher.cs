using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Raft.Quorum;

namespace KafkaSharp.Metadata.Publishing;

/// <summary>
/// Acts on what changed in the metadata. Called from the loader's event loop, one call after another, in the order of offsets and of
/// registration; the loader goes on when the call returns, and only then counts the image's offset as reached.
/// </summary>
public interface IMetadataPublisher
{
    /// <summary>What logs call it.</summary>
    string Name { get; }

    /// <summary>A new image. The first call has a delta from the empty image, so that a publisher needs no other start.</summary>
    void OnMetadataUpdate(MetadataDelta delta, MetadataImage newImage);

    /// <summary>The leader of the metadata quorum changed.</summary>
    void OnControllerChange(LeaderAndEpoch leader)
    {
    }
}
