namespace KafkaSharp.Coordinators.Shards;

/// <summary>Takes the records of a coordinator partition in the order of their offsets.</summary>
public interface ICoordinatorReplay
{
    /// <summary>A record of a data batch; the memory is the caller's when the call returns.</summary>
    /// <param name="offset">Its offset.</param>
    /// <param name="producerId">The producer of a transactional batch, else -1.</param>
    /// <param name="key">Its key.</param>
    /// <param name="value">Its value; meaningless where there is none.</param>
    /// <param name="hasValue">False for a tombstone.</param>
    void Replay(long offset, long producerId, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, bool hasValue);

    /// <summary>A transaction marker.</summary>
    void ReplayEndTransaction(long producerId, bool committed);
}
