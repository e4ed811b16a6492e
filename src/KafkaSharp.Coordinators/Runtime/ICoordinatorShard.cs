using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;

namespace KafkaSharp.Coordinators.Runtime;

/// <summary>
/// The state of one coordinator for one partition of its topic (Kafka's <c>CoordinatorShard</c>). Replay comes from one loading thread
/// first; after <see cref="OnLoaded"/> everything is called on the shard's event loop.
/// </summary>
internal interface ICoordinatorShard<in TRecord>
    where TRecord : class
{
    /// <summary>
    /// Applies a record, when it is loaded and when a command made it. What it changes at run time must be undone by the
    /// <see cref="UndoLog"/> when the record cannot be written.
    /// </summary>
    void Replay(long offset, ProducerIdentity producer, TRecord record);

    /// <summary>Applies the end of a transaction in this partition, in the same way.</summary>
    void ReplayTransactionEnd(ProducerIdentity producer, bool committed);

    /// <summary>Everything is loaded: timers may start. Commands come after this.</summary>
    void OnLoaded(MetadataImage image);

    /// <summary>The cluster's metadata changed.</summary>
    void OnMetadataUpdate(MetadataDelta delta, MetadataImage image)
    {
    }

    /// <summary>The shard is discarded: responses that are still delayed must be completed with NOT_COORDINATOR.</summary>
    void OnUnloaded()
    {
    }
}
