namespace KafkaSharp.Storage;

/// <summary>
/// Whoever wants to know that a log moved: one per log, the partition, which wakes what waits. Called after the log's lock was given back, on the
/// thread that moved it, and must not block.
/// </summary>
public interface IPartitionLogObserver
{
    /// <summary>The log end offset has another value than before.</summary>
    void LogEndOffsetMoved(PartitionLog log);

    /// <summary>The high watermark, and with it maybe the last stable offset, has another value than before.</summary>
    void HighWatermarkMoved(PartitionLog log);
}
