using KafkaSharp.Raft.Log;
using KafkaSharp.Raft.Quorum;
using KafkaSharp.Raft.Snapshots;

namespace KafkaSharp.Raft;

/// <summary>
/// Receives what the quorum commits (Kafka's <c>RaftClient.Listener</c>). The node calls it from its event loop, one call at a time, and a
/// call must be short: a listener with its own loop posts the work to that loop. Commits arrive in offset order without a gap. On the
/// leader they include its own appends, with the same record objects that were appended. An exception stops the node.
/// </summary>
public interface IRaftListener<TRecord>
{
    /// <summary>Consecutive committed batches: usually one, several while the listener catches up.</summary>
    void HandleCommit(IReadOnlyList<CommittedBatch<TRecord>> batches);

    /// <summary>
    /// A snapshot that replaces all state received before. Commits continue from the offset of <see cref="SnapshotReader{TRecord}.Id"/>.
    /// The listener owns the reader and disposes it.
    /// </summary>
    void HandleLoadSnapshot(SnapshotReader<TRecord> reader);

    /// <summary>
    /// The leader or the epoch changed. If this node is the new leader, <see cref="HandleCommit"/> has already received every record of
    /// earlier epochs, so the listener may append as soon as it has replayed them.
    /// </summary>
    void HandleLeaderChange(LeaderAndEpoch leader);

    /// <summary>The node shuts down. This is the last call.</summary>
    void BeginShutdown();
}
