using KafkaSharp.Protocol;
using KafkaSharp.Raft.Log;
using KafkaSharp.Raft.Quorum;
using KafkaSharp.Raft.Snapshots;

namespace KafkaSharp.Raft.Tests;

/// <summary>Records the state of a listener and its calls in order.</summary>
internal sealed class RecordingListener : IRaftListener<string>
{
    private readonly Lock _gate = new();
    private readonly List<string> _calls = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public List<string> Records { get; } = [];

    public List<CommittedBatch<string>> Batches { get; } = [];

    public List<OffsetAndEpoch> Snapshots { get; } = [];

    public long NextOffset { get; private set; }

    public bool Gap { get; private set; }

    public LeaderAndEpoch? Leader { get; private set; }

    public Action<CommittedBatch<string>>? OnCommit { get; set; }

    public string[] Calls
    {
        get
        {
            lock (_gate)
                return [.. _calls];
        }
    }

    public void HandleCommit(IReadOnlyList<CommittedBatch<string>> batches)
    {
        foreach (var batch in batches)
            HandleCommit(batch);
    }

    private void HandleCommit(CommittedBatch<string> batch) => Record($"commit {batch.BaseOffset}-{batch.LastOffset}", () =>
    {
        Gap |= batch.BaseOffset != NextOffset;
        NextOffset = batch.LastOffset + 1;
        Records.AddRange(batch.Records);
        Batches.Add(batch);
        OnCommit?.Invoke(batch);
    });

    public void HandleLoadSnapshot(SnapshotReader<string> reader) => Record($"snapshot {reader.Id.Offset}-{reader.Id.Epoch}", () =>
    {
        using (reader)
        {
            Records.Clear();
            Records.AddRange(reader.ReadBatches().SelectMany(batch => batch.Records));
            Snapshots.Add(reader.Id);
            NextOffset = reader.Id.Offset;
        }
    });

    public void HandleLeaderChange(LeaderAndEpoch leader) =>
        Record($"leader {leader.LeaderId?.ToString() ?? "none"} {leader.Epoch}", () => Leader = leader);

    public void BeginShutdown() => Record("shutdown", () => { });

    /// <summary>Waits until a condition on the received state is true.</summary>
    public async Task Until(Func<RecordingListener, bool> condition)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (condition(this))
                    return;
                changed = _changed.Task;
            }
            await changed.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    private void Record(string call, Action effect)
    {
        lock (_gate)
        {
            effect();
            _calls.Add(call);
            _changed.SetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
