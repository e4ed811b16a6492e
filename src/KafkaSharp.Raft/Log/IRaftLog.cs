using KafkaSharp.Protocol;

namespace KafkaSharp.Raft.Log;

/// <summary>
/// The log of the metadata quorum, <c>__cluster_metadata-0</c> (Kafka's <c>ReplicatedLog</c>). It is recovered when it is opened: a torn
/// tail has been removed. Called by one thread at a time. Failures are IOExceptions; after one the node stops and does not use the log
/// again.
/// </summary>
public interface IRaftLog : IDisposable
{
    /// <summary>The offset of the first record.</summary>
    long StartOffset { get; }

    /// <summary>
    /// The offset after the last record, and the epoch of that record. In an empty log that starts at a snapshot, the epoch of the
    /// snapshot.
    /// </summary>
    OffsetAndEpoch EndOffset { get; }

    long SizeInBytes { get; }

    /// <summary>
    /// Appends a batch whose base offset is <see cref="EndOffset"/> and whose epoch is set. It is durable after the next
    /// <see cref="Flush"/>.
    /// </summary>
    /// <exception cref="LogFullException">There is no space for it; the log can be used further.</exception>
    void AppendAsLeader(ReadOnlyMemory<byte> batch);

    /// <summary>
    /// Whole batches, starting with the one that contains <paramref name="offset"/>: at most <paramref name="maxBytes"/>, but at least one
    /// batch. Empty at the end of the log. The memory is valid until the next call.
    /// </summary>
    ReadOnlyMemory<byte> Read(long offset, int maxBytes);

    /// <summary>Makes all appended batches durable.</summary>
    /// <exception cref="LogFullException">There is no space for what it has to write; it can be repeated.</exception>
    void Flush();

    /// <summary>Sets the high watermark: every record before the offset is committed.</summary>
    void UpdateHighWatermark(long offset);

    /// <summary>Removes every record at or after an offset.</summary>
    void TruncateTo(long offset);

    /// <summary>Removes every record. The next batch starts at the end offset of the snapshot.</summary>
    void TruncateFullyAndStartAt(OffsetAndEpoch snapshotId);

    /// <summary>The largest epoch that is not greater than the given one, and the offset after its last record.</summary>
    OffsetAndEpoch EndOffsetForEpoch(int epoch);

    /// <summary>Increases the start offset and deletes the segments that end before it. False if the start offset did not change.</summary>
    bool DeleteBefore(long offset);

    /// <summary>Closes the log without writing anything, after a failure. The next start recovers it.</summary>
    void CloseAbruptly();
}
