using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Raft;
using KafkaSharp.Raft.Log;
using KafkaSharp.Raft.Quorum;
using KafkaSharp.Raft.Snapshots;

namespace KafkaSharp.Broker.Tests.MetadataLog;

/// <summary>Collects the records that it receives. A test can wait for an offset.</summary>
internal sealed class MetadataListener : IRaftListener<MetadataRecord>
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public List<MetadataRecord> Records { get; } = [];

    public List<OffsetAndEpoch> Snapshots { get; } = [];

    public long NextOffset { get; private set; }

    public void HandleCommit(IReadOnlyList<CommittedBatch<MetadataRecord>> batches) => Record(() =>
    {
        Records.AddRange(batches.SelectMany(batch => batch.Records));
        NextOffset = batches[^1].LastOffset + 1;
    });

    public void HandleLoadSnapshot(SnapshotReader<MetadataRecord> reader) => Record(() =>
    {
        using (reader)
        {
            Records.Clear();
            Records.AddRange(reader.ReadBatches().SelectMany(batch => batch.Records));
            Snapshots.Add(reader.Id);
            NextOffset = reader.Id.Offset;
        }
    });

    public void HandleLeaderChange(LeaderAndEpoch leader)
    {
    }

    public void BeginShutdown()
    {
    }

    public async Task UntilOffset(long offset)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (NextOffset >= offset)
                    return;
                changed = _changed.Task;
            }
            await changed.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    private void Record(Action effect)
    {
        lock (_gate)
        {
            effect();
            _changed.SetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
