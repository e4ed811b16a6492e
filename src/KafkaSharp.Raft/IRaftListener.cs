using KafkaSharp.Raft.Log;
using KafkaSharp.Raft.Quorum;
using KafkaSharp.Raft.Snapshots;

namespace KafkaSharp.Raft;

/// <summary>
/// Hears what the quorum agrees on (Kafka's <c>RaftClient.Listener</c>). All calls come one after another from the node's event loop and
/// must be short: a listener with a loop of its own posts to it. Commits come in the order of offsets without a gap; the leader hears of
/// its own appends too, with the record objects it appended. A snapshot replaces everything heard before.
/// </summary>
public interface IRaftListener<TRecord>
{
    /// <summary>One or more batches that follow one another: one where the quorum is at work, many where a listener catches up.</summary>
    void HandleCommit(IReadOnlyList<CommittedBatch<TRecord>> batches);

    /// <summary>
    /// Load this first; commits go on from <see cref="SnapshotReader{TRecord}.Id"/>. The reader is the listener's, which disposes it.
    /// </summary>
    void HandleLoadSnapshot(SnapshotReader<TRecord> reader);

    /// <summary>
    /// The leader or the epoch changed. Where this node is the new leader, the call comes once everything of earlier epochs was
    /// given to <see cref="HandleCommit"/>, so the listener may append as soon as it has replayed that.
    /// </summary>
    void HandleLeaderChange(LeaderAndEpoch leader);

    /// <summary>The node goes down; no call comes after this one.</summary>
    void BeginShutdown();
}
