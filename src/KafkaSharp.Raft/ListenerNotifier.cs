using KafkaSharp.Raft.Log;
using KafkaSharp.Raft.Quorum;
using KafkaSharp.Raft.Snapshots;

namespace KafkaSharp.Raft;

/// <summary>
/// The registered listeners, and the delivery of snapshots, commits and leader changes to them. Batches that this node appended are kept
/// until they are committed, so they need not be read back from the log. Used on the node's event loop; an exception of a listener passes
/// through.
/// </summary>
internal sealed class ListenerNotifier<TRecord>(IRaftLog log, SnapshotSource<TRecord> snapshots, MetadataLogReader<TRecord> reader)
{
    private readonly List<ListenerContext<TRecord>> _listeners = [];
    private readonly Queue<CommittedBatch<TRecord>> _uncommitted = new();

    /// <summary>
    /// Adds a listener. If the high watermark is known, delivers everything committed so far, then the leader; otherwise that happens with
    /// the first commit.
    /// </summary>
    public void Add(IRaftListener<TRecord> listener, long highWatermark, LeaderAndEpoch leader)
    {
        var context = new ListenerContext<TRecord>(listener);
        _listeners.Add(context);
        if (highWatermark < 0)
            return;
        CatchUp([context], highWatermark);
        context.NotifyLeader(leader);
    }

    public void Remove(IRaftListener<TRecord> listener) => _listeners.RemoveAll(context => context.Listener == listener);

    /// <summary>Keeps a batch that was appended to the log until its last offset is below the high watermark.</summary>
    public void Appended(CommittedBatch<TRecord> batch) => _uncommitted.Enqueue(batch);

    /// <summary>Delivers everything below the high watermark.</summary>
    public void Committed(long highWatermark)
    {
        CatchUp(_listeners, highWatermark);
        while (_uncommitted.TryPeek(out var batch) && batch.LastOffset < highWatermark)
            _uncommitted.Dequeue();
    }

    public void LeaderChanged(LeaderAndEpoch leader)
    {
        foreach (var context in _listeners)
            context.NotifyLeader(leader);
    }

    public void ShutDown()
    {
        foreach (var context in _listeners)
            context.Listener.BeginShutdown();
    }

    /// <summary>Brings the listeners up to the high watermark. What several of them miss is read once.</summary>
    private void CatchUp(List<ListenerContext<TRecord>> contexts, long highWatermark)
    {
        if (contexts.Count == 0)
            return;
        foreach (var context in contexts)
            Start(context);
        var kept = _uncommitted.TryPeek(out var first) ? first.BaseOffset : highWatermark;
        reader.Read(contexts.Min(context => context.NextOffset), Math.Min(kept, highWatermark), Commit);
        Commit([.. _uncommitted.TakeWhile(batch => batch.LastOffset < highWatermark)]);

        void Commit(IReadOnlyList<CommittedBatch<TRecord>> batches)
        {
            foreach (var context in contexts)
                context.Commit(batches);
        }
    }

    private void Start(ListenerContext<TRecord> context)
    {
        if (!context.NeedsSnapshot(log.StartOffset))
            return;
        if (snapshots.LatestId is { } id)
            context.LoadSnapshot(snapshots.Open(id));
        else
            context.StartAt(log.StartOffset);
    }
}
