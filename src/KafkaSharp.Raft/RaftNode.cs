using KafkaSharp.StateMachines;

namespace KafkaSharp.Raft;

/// <summary>
/// A node of the metadata quorum (Kafka's <c>KafkaRaftClient</c>): owns <c>__cluster_metadata</c>, elects itself where it is the sole voter, appends, flushes,
/// commits and tells its listeners. I/O happens on its own event loop, so <see cref="Append"/> blocks nobody. All members may be called from any thread.
/// </summary>
public sealed class RaftNode<TRecord> : IAsyncDisposable
{
    /// <summary>The leader and epoch as of now.</summary>
    public LeaderAndEpoch LeaderAndEpoch => throw new NotImplementedException();

    /// <summary>The offset up to which everything is committed, exclusive; -1 while that is unknown.</summary>
    public long HighWatermark => throw new NotImplementedException();

    /// <summary>The latest snapshot, or null.</summary>
    public OffsetAndEpoch? LatestSnapshotId => throw new NotImplementedException();

    /// <summary>Completes when the node has stopped; faulted with the I/O failure where one ended it.</summary>
    public Task Completion => throw new NotImplementedException();

    /// <summary>Adds a listener: it hears the latest snapshot, all commits from there on, and the leader. Before or after <see cref="StartAsync"/>.</summary>
    public void Register(IRaftListener<TRecord> listener) => throw new NotImplementedException();

    public void Unregister(IRaftListener<TRecord> listener) => throw new NotImplementedException();

    /// <summary>Recovers the log and joins the quorum; done when a sole voter leads.</summary>
    public Task StartAsync() => throw new NotImplementedException();

    /// <summary>
    /// Appends records at consecutive offsets: as one batch if <paramref name="isAtomic"/>, else perhaps as several that each fit. They are
    /// committed when <see cref="IRaftListener{TRecord}.HandleCommit"/> says so.
    /// </summary>
    /// <returns>The offset of the last record.</returns>
    /// <exception cref="StateMachineException">NotController: this node does not lead in that epoch. RecordListTooLarge: over the size of a batch (8 MiB).</exception>
    public long Append(int epoch, IReadOnlyList<TRecord> records, bool isAtomic = true) => throw new NotImplementedException();

    /// <summary>Gives up leadership of an epoch, as after a fault of the state machine.</summary>
    public void Resign(int epoch) => throw new NotImplementedException();

    /// <summary>
    /// Starts a snapshot of everything before an offset; null where one with that id exists already or the offset is not committed.
    /// </summary>
    public SnapshotWriter<TRecord>? CreateSnapshot(OffsetAndEpoch id, long lastContainedLogTimestamp) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
