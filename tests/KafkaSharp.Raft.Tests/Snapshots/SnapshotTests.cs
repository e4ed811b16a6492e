using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Raft.Configuration;
using KafkaSharp.Raft.Log;
using KafkaSharp.Raft.Quorum;
using KafkaSharp.Raft.Snapshots;
using KafkaSharp.Raft.Tests.Harness;
using KafkaSharp.TestInfrastructure;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.Raft.Tests.Snapshots;

[TestFixture]
public sealed class SnapshotTests
{
    private readonly ManualTimeProvider _time = new();
    private MemoryRaftLog _log = null!;
    private MemorySnapshotStore _snapshots = null!;
    private MemoryQuorumStateStore _quorumState = null!;
    private RaftNode<string> _node = null!;
    private RecordingListener _listener = null!;

    [SetUp]
    public async Task Create()
    {
        (_log, _snapshots, _quorumState) = (new(), new(), new());
        await Start();
    }

    [TearDown]
    public async Task Stop() => await _node.DisposeAsync();

    [Test]
    public async Task A_restart_loads_the_latest_snapshot_and_the_records_after_it()
    {
        await Append("a", "b");
        Snapshot(3, ["state of a and b"]);
        await Append("c");
        await Restart();
        Assert.Multiple(() =>
        {
            Assert.That(_listener.Calls, Is.EqualTo(new[] { "snapshot 3-1", "commit 3-3", "commit 4-4", "leader 1 2" }));
            Assert.That(_listener.Records, Is.EqualTo(new[] { "state of a and b", "c" }));
        });
    }

    [Test]
    public async Task A_snapshot_that_was_not_frozen_leaves_nothing()
    {
        await Append("a");
        using (var writer = _node.CreateSnapshot(new OffsetAndEpoch(2, 1), 0)!)
            writer.Append(["half"]);
        Assert.That(_snapshots.List(), Is.Empty);
    }

    [Test]
    public async Task A_snapshot_of_uncommitted_records_is_refused_and_an_existing_one_is_not_created_again()
    {
        await Append("a");
        Assert.That(() => _node.CreateSnapshot(new OffsetAndEpoch(3, 1), 0), Throws.ArgumentException);
        Snapshot(2, ["a"]);
        Assert.That(_node.CreateSnapshot(new OffsetAndEpoch(2, 1), 0), Is.Null);
        Assert.That(_node.LatestSnapshotId, Is.EqualTo(new OffsetAndEpoch(2, 1)));
    }

    [Test]
    public async Task A_large_snapshot_is_split_into_batches_between_header_and_footer()
    {
        await Append("a");
        var records = Enumerable.Range(0, 3000).Select(i => $"{i}-{new string('x', 6000)}").ToList();
        Snapshot(2, records);
        using var reader = new SnapshotReader<string>(
            new OffsetAndEpoch(2, 1), "snapshot", _snapshots.OpenRead(new OffsetAndEpoch(2, 1)), new BatchDecoder<string>(new TextSerde()),
            8 << 20);
        var batches = reader.ReadBatches().ToList();
        Assert.Multiple(() =>
        {
            Assert.That(reader.LastContainedLogTimestamp, Is.EqualTo(77));
            Assert.That(batches[0].ControlRecords.Single().Type, Is.EqualTo(ControlRecordType.SnapshotHeader));
            Assert.That(batches[^1].ControlRecords.Single().Type, Is.EqualTo(ControlRecordType.SnapshotFooter));
            Assert.That(batches.SelectMany(b => b.Records), Is.EqualTo(records));
            Assert.That(batches, Has.Count.EqualTo(5), "18 MB in batches of 8 MiB");
            Assert.That(batches.Zip(batches.Skip(1)).All(pair => pair.First.LastOffset + 1 == pair.Second.BaseOffset));
        });
    }

    [Test]
    public async Task A_corrupt_snapshot_stops_the_start_and_the_error_names_the_file()
    {
        await Append("a");
        Snapshot(2, ["state"]);
        using var stream = _snapshots.OpenRead(new OffsetAndEpoch(2, 1));
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        _snapshots.Add(new OffsetAndEpoch(2, 1), bytes[..^5]);
        Assert.That(Restart, Throws.TypeOf<InvalidDataException>().With.Message.Contain("00000000000000000002-0000000001.checkpoint"));
    }

    [Test]
    public async Task A_log_without_a_snapshot_of_its_deleted_start_is_refused()
    {
        await Append("a", "b");
        Snapshot(3, ["ab"]);
        _log.DeleteBefore(3);
        _snapshots.Delete(new OffsetAndEpoch(3, 1));
        Assert.That(Restart, Throws.TypeOf<InvalidDataException>().With.Message.Contain("starts at offset 3"));
    }

    [Test]
    public async Task A_log_that_ends_before_the_latest_snapshot_restarts_after_it()
    {
        await Append("a", "b", "c");
        Snapshot(4, ["abc"]);
        _log = new MemoryRaftLog();
        await Restart();
        Assert.That(_listener.Calls, Is.EqualTo(new[] { "snapshot 4-1", "commit 4-4", "leader 1 2" }));
        Assert.That(_log.StartOffset, Is.EqualTo(4));
    }

    [Test]
    public async Task Retention_deletes_old_snapshots_and_the_log_before_the_oldest_remaining_one()
    {
        await Restart(o => o with { RetentionBytes = -1, RetentionMs = 1000 });
        var first = _listener.NextOffset;
        foreach (var name in new[] { "a", "b", "c" })
        {
            await Append(name);
            Snapshot(_listener.NextOffset, _listener.Records, _time.GetUtcNow().ToUnixTimeMilliseconds());
        }
        _time.Advance(TimeSpan.FromMinutes(1));
        await _node.UnregisterAsync(new RecordingListener());
        Assert.That(_snapshots.List().Select(id => id.Offset), Is.EqualTo(new[] { first + 3 }));
        Assert.That(_log.StartOffset, Is.EqualTo(first + 3));
        await Restart();
        Assert.That(_listener.Records, Is.EqualTo(new[] { "a", "b", "c" }));
    }

    [Test]
    public async Task Cleaning_continues_after_a_failure_and_stops_with_the_node()
    {
        var cleanings = 0;
        await Restart(o => o with { RetentionBytes = 1 });
        _snapshots.OnList = () =>
        {
            if (++cleanings == 1)
                throw new InvalidOperationException("bug");
        };
        await Clean();
        await Clean();
        Assert.That(cleanings, Is.GreaterThan(1));
        _log.OnFlush = () => throw new IOException("no space");
        _node.Append(_node.LeaderAndEpoch.Epoch, ["a"]);
        Assert.That(async () => await _node.Completion, Throws.TypeOf<IOException>());
        cleanings = 10;
        await Clean();
        Assert.That(cleanings, Is.EqualTo(10), "the log of a node that failed is closed");

        async Task Clean()
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await _node.UnregisterAsync(new RecordingListener());
        }
    }

    [Test]
    public async Task A_snapshot_whose_header_cannot_be_written_leaves_no_file_open()
    {
        await Append("a");
        _snapshots.OnAppend = () => throw new IOException("no space");
        Assert.That(() => _node.CreateSnapshot(new OffsetAndEpoch(2, 1), 0), Throws.TypeOf<IOException>());
        Assert.That(_snapshots.OpenFiles, Is.Zero);
    }

    [Test]
    public async Task Within_the_retention_limits_nothing_is_deleted()
    {
        await Append("a");
        Snapshot(2, ["a"], _time.GetUtcNow().ToUnixTimeMilliseconds());
        await Append("b");
        Snapshot(3, ["a", "b"], _time.GetUtcNow().ToUnixTimeMilliseconds());
        _time.Advance(TimeSpan.FromMinutes(1));
        await _node.UnregisterAsync(new RecordingListener());
        Assert.That(_snapshots.List(), Has.Count.EqualTo(2));
        Assert.That(_log.StartOffset, Is.Zero);
    }

    [Test]
    public void A_snapshot_of_Kafka_is_read_and_its_control_batches_are_written_identically()
    {
        var bytes = StageOne.BootstrapCheckpoint;
        using var reader = new SnapshotReader<string>(
            default, "snapshot", new MemoryStream(bytes), new BatchDecoder<string>(new TextSerde()), 8 << 20);
        Assert.That(reader.LastContainedLogTimestamp, Is.EqualTo(1795239295954));
        var batches = reader.ReadBatches().ToList();
        var written = batches.SelectMany(b => ControlBatch.Encode(b.ControlRecords, b.BaseOffset, b.Epoch, b.AppendTimestamp)).ToArray();
        Assert.That(Convert.ToHexStringLower(written), Is.EqualTo(Convert.ToHexStringLower(bytes)));
    }

    [Test]
    public void Formatting_writes_the_same_batches_as_Kafka()
    {
        var store = new MemorySnapshotStore();
        RaftEndpoint[] endpoints = [new("CONTROLLER", "127.0.0.1", 23001)];
        var voters = new VoterSet([new RaftVoter(1, Uuid.Parse("EdPpqKAhRqmVaoet9QenNg"), endpoints)]);
        BootstrapSnapshot.WriteVoters(
            store, new TextSerde(), new ManualTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(1795239295966)), voters);
        var ours = Read(store.OpenRead(default));
        var kafkas = Read(new MemoryStream(StageOne.BootstrapCheckpoint));
        Assert.Multiple(() =>
        {
            Assert.That(ours.Select(b => (b.BaseOffset, b.LastOffset, b.Epoch, b.SizeInBytes)),
                Is.EqualTo(kafkas.Select(b => (b.BaseOffset, b.LastOffset, b.Epoch, b.SizeInBytes))));
            foreach (var (our, kafka) in ours.Zip(kafkas))
            {
                var same = our.ControlRecords.Skip(1).ToList();
                Assert.That(Convert.ToHexString(ControlBatch.Encode(same, 0, 0, 0)),
                    Is.EqualTo(Convert.ToHexString(ControlBatch.Encode(kafka.ControlRecords.Skip(1), 0, 0, 0))));
            }
        });

        static List<CommittedBatch<string>> Read(Stream stream)
        {
            using var reader = new SnapshotReader<string>(default, "snapshot", stream, new BatchDecoder<string>(new TextSerde()), 8 << 20);
            return [.. reader.ReadBatches()];
        }
    }

    private async Task Start(Func<RaftOptions, RaftOptions>? configure = null)
    {
        var options = new RaftOptions
        {
            NodeId = 1, DirectoryId = default, StaticVoters = VoterSet.Parse(["1@localhost:9093"], "CONTROLLER"),
        };
        _node = new RaftNode<string>(
            configure?.Invoke(options) ?? options, _log, _snapshots, _quorumState, new TextSerde(), _time, NullLogger.Instance);
        _listener = new RecordingListener();
        _node.Register(_listener);
        await _node.StartAsync();
    }

    private async Task Restart(Func<RaftOptions, RaftOptions>? configure)
    {
        await _node.DisposeAsync();
        await Start(configure);
    }

    private Task Restart() => Restart(null);

    private async Task Append(params string[] records)
    {
        var last = _node.Append(_node.LeaderAndEpoch.Epoch, records);
        await _listener.Until(l => l.NextOffset == last + 1);
    }

    private void Snapshot(long offset, IEnumerable<string> records, long timestamp = 77)
    {
        using var writer = _node.CreateSnapshot(new OffsetAndEpoch(offset, _node.LeaderAndEpoch.Epoch), timestamp)!;
        writer.Append(records);
        writer.Freeze();
    }
}
