using KafkaSharp.Protocol;

namespace KafkaSharp.Raft.Log;

/// <summary>
/// The log that Raft keeps: <c>__cluster_metadata-0</c>. Opened means recovered: a torn tail is gone. Called by one thread at a time.
/// Failures are IOExceptions; after one the node stops and the log is not used again.
/// </summary>
public interface IRaftLog : IDisposable
{
    /// <summary>The offset of the first record that is kept.</summary>
    long StartOffset { get; }

    /// <summary>
    /// The offset after the last record, and the epoch of that record (after a truncation to a snapshot, the snapshot's).
    /// </summary>
    OffsetAndEpoch EndOffset { get; }

    long SizeInBytes { get; }

    /// <summary>
    /// Appends a batch whose offsets and epoch are set: it begins at <see cref="EndOffset"/>. Not durable before <see cref="Flush"/>.
    /// </summary>
    void AppendAsLeader(ReadOnlyMemory<byte> batch);

    /// <summary>
    /// Whole batches from the one that holds <paramref name="offset"/> on, at least one unless that is the end; valid until the next call.
    /// </summary>
    ReadOnlyMemory<byte> Read(long offset, int maxBytes);

    /// <summary>Makes everything appended durable.</summary>
    void Flush();

    /// <summary>Takes note of what is committed.</summary>
    void UpdateHighWatermark(long offset);

    /// <summary>Drops everything from an offset on.</summary>
    void TruncateTo(long offset);

    /// <summary>Drops everything; the next batch begins where the snapshot ends.</summary>
    void TruncateFullyAndStartAt(OffsetAndEpoch snapshotId);

    /// <summary>The largest epoch that is not above the given one, and the offset after its last record.</summary>
    OffsetAndEpoch EndOffsetForEpoch(int epoch);

    /// <summary>Moves the start offset up and deletes the segments wholly before it. False when it did not move.</summary>
    bool DeleteBefore(long offset);
}
