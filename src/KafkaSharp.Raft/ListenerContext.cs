using KafkaSharp.Raft.Log;
using KafkaSharp.Raft.Quorum;
using KafkaSharp.Raft.Snapshots;

namespace KafkaSharp.Raft;

/// <summary>A listener and how far it has heard. Used on the node's event loop.</summary>
sealed class ListenerContext<TRecord>(IRaftListener<TRecord> listener)
{
    private bool _begun;
    private LeaderAndEpoch? _told;

    public IRaftListener<TRecord> Listener { get; } = listener;

    /// <summary>The offset it hears next.</summary>
    public long NextOffset { get; private set; }

    /// <summary>
    /// A listener that has heard nothing begins with the latest snapshot; one that fell behind the log's start goes on with it.
    /// </summary>
    public bool NeedsSnapshot(long logStartOffset) => !_begun || NextOffset < logStartOffset;

    /// <summary>There is no snapshot: it begins with the log.</summary>
    public void BeginAt(long offset)
    {
        _begun = true;
        NextOffset = offset;
    }

    public void LoadSnapshot(SnapshotReader<TRecord> reader)
    {
        BeginAt(reader.Id.Offset);
        Listener.HandleLoadSnapshot(reader);
    }

    /// <summary>Tells it what it has not heard of consecutive batches; whole batches, even where it heard a part.</summary>
    public void Commit(IReadOnlyList<CommittedBatch<TRecord>> batches)
    {
        var heard = 0;
        while (heard < batches.Count && batches[heard].LastOffset < NextOffset)
            heard++;
        if (heard == batches.Count)
            return;
        NextOffset = batches[^1].LastOffset + 1;
        Listener.HandleCommit(heard == 0 ? batches : [.. batches.Skip(heard)]);
    }

    /// <summary>Tells who leads, once for each change.</summary>
    public void TellLeader(LeaderAndEpoch leader)
    {
        if (_told == leader)
            return;
        _told = leader;
        Listener.HandleLeaderChange(leader);
    }
}
