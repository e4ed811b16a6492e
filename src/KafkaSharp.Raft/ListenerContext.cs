using KafkaSharp.Raft.Log;
using KafkaSharp.Raft.Quorum;
using KafkaSharp.Raft.Snapshots;

namespace KafkaSharp.Raft;

/// <summary>A listener and its position in the log. Used on the node's event loop.</summary>
internal sealed class ListenerContext<TRecord>(IRaftListener<TRecord> listener)
{
    private bool _started;
    private LeaderAndEpoch? _lastLeader;

    public IRaftListener<TRecord> Listener { get; } = listener;

    /// <summary>The offset of the next record to deliver.</summary>
    public long NextOffset { get; private set; }

    /// <summary>
    /// Whether the latest snapshot must be delivered next: nothing was delivered yet, or the next record is no longer in the log.
    /// </summary>
    public bool NeedsSnapshot(long logStartOffset) => !_started || NextOffset < logStartOffset;

    /// <summary>Starts at an offset of the log, without a snapshot.</summary>
    public void StartAt(long offset)
    {
        _started = true;
        NextOffset = offset;
    }

    public void LoadSnapshot(SnapshotReader<TRecord> reader)
    {
        StartAt(reader.Id.Offset);
        Listener.HandleLoadSnapshot(reader);
    }

    /// <summary>
    /// Delivers those of the consecutive batches that the listener has not received completely. A batch is delivered whole even if a
    /// snapshot already covered its first records.
    /// </summary>
    public void Commit(IReadOnlyList<CommittedBatch<TRecord>> batches)
    {
        var delivered = 0;
        while (delivered < batches.Count && batches[delivered].LastOffset < NextOffset)
            delivered++;
        if (delivered == batches.Count)
            return;
        NextOffset = batches[^1].LastOffset + 1;
        Listener.HandleCommit(delivered == 0 ? batches : [.. batches.Skip(delivered)]);
    }

    /// <summary>Notifies the listener of the leader, once per change.</summary>
    public void NotifyLeader(LeaderAndEpoch leader)
    {
        if (_lastLeader == leader)
            return;
        _lastLeader = leader;
        Listener.HandleLeaderChange(leader);
    }
}
