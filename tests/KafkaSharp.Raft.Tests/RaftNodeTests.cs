using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Raft.Configuration;
using KafkaSharp.Raft.Log;
using KafkaSharp.Raft.Quorum;
using KafkaSharp.Raft.Tests.Harness;
using KafkaSharp.StateMachines;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Raft.Tests;

[TestFixture]
public sealed class RaftNodeTests
{
    private static readonly Uuid Directory = Uuid.Parse("EdPpqKAhRqmVaoet9QenNg");

    private readonly ManualTimeProvider _time = new();
    private CollectingLogger _logger = null!;
    private readonly List<RaftNode<string>> _nodes = [];
    private MemoryRaftLog _log = null!;
    private MemorySnapshotStore _snapshots = null!;
    private MemoryQuorumStateStore _quorumState = null!;

    [SetUp]
    public void Create()
    {
        _logger = new CollectingLogger();
        _log = new MemoryRaftLog();
        _snapshots = new MemorySnapshotStore();
        _quorumState = new MemoryQuorumStateStore();
    }

    [TearDown]
    public async Task Stop()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        _nodes.Clear();
    }

    [Test]
    public async Task A_fresh_static_voter_becomes_leader_of_epoch_1_and_notifies_listeners_after_its_first_commit()
    {
        var (node, listener) = await Start();
        Assert.Multiple(() =>
        {
            Assert.That(node.LeaderAndEpoch, Is.EqualTo(new LeaderAndEpoch(1, 1)));
            Assert.That(listener.Calls, Is.EqualTo(new[] { "commit 0-0", "leader 1 1" }));
            Assert.That(_quorumState.Text, Is.EqualTo(
                """{"clusterId":"","leaderId":1,"leaderEpoch":1,"votedId":-1"""
                + ""","appliedOffset":0,"currentVoters":[{"voterId":1}],"data_version":0}"""));
            Assert.That(listener.Batches[0].ControlRecords.Single().Type, Is.EqualTo(ControlRecordType.LeaderChange));
        });
    }

    [Test]
    public async Task A_static_voter_writes_version_and_voters_to_the_log_when_the_version_is_raised()
    {
        var (node, listener) = await Start();
        node.UpgradeKRaftVersion(1, validateOnly: true);
        Assert.That(node.KRaftVersion, Is.Zero);
        node.UpgradeKRaftVersion(1, validateOnly: false);
        node.Append(1, ["after"]);
        await listener.Until(l => l.NextOffset == 4);
        Assert.That(node.KRaftVersion, Is.EqualTo(1));
        var records = listener.Batches.SelectMany(batch => batch.ControlRecords).Skip(1).ToArray();
        Assert.That(records.Select(record => record.Type), Is.EqualTo(
            new[] { ControlRecordType.KRaftVersion, ControlRecordType.KRaftVoters }));
        var voter = ((VotersRecord)records[1].Message).Voters.Single();
        Assert.That((voter.VoterId, voter.VoterDirectoryId), Is.EqualTo((1, Directory)));
        node.UpgradeKRaftVersion(1, validateOnly: false);
        await node.DisposeAsync();
        (node, _) = await Start();
        Assert.That(node.KRaftVersion, Is.EqualTo(1));
        Assert.That(node.LeaderAndEpoch.LeaderId, Is.EqualTo(1), "the log decides who votes");
    }

    [Test]
    public async Task A_voter_formatted_as_standalone_writes_version_and_voters_to_the_log_once()
    {
        FormatStandalone();
        var (node, listener) = await Start(isStatic: false);
        Assert.Multiple(() =>
        {
            Assert.That(listener.Calls, Is.EqualTo(new[] { "snapshot 0-0", "commit 0-2", "leader 1 1" }));
            Assert.That(listener.Batches[0].ControlRecords.Select(r => r.Type), Is.EqualTo(
                new[] { ControlRecordType.LeaderChange, ControlRecordType.KRaftVersion, ControlRecordType.KRaftVoters }));
            Assert.That(_quorumState.Text, Is.EqualTo(
                """{"leaderId":1,"leaderEpoch":1,"votedId":-1,"votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAA","data_version":1}"""));
        });
        await node.DisposeAsync();
        (_, listener) = await Start(isStatic: false);
        Assert.That(listener.Calls, Is.EqualTo(new[] { "snapshot 0-0", "commit 0-2", "commit 3-3", "leader 1 2" }));
    }

    [Test]
    public async Task A_voter_with_a_new_address_writes_a_new_voters_record()
    {
        FormatStandalone();
        RaftEndpoint[] before = [new("CONTROLLER", "127.0.0.1", 23001)];
        RaftEndpoint[] after = [new("CONTROLLER", "127.0.0.1", 23002)];
        await (await Start(o => o with { Endpoints = before }, isStatic: false)).Node.DisposeAsync();
        await (await Start(o => o with { Endpoints = after }, isStatic: false)).Node.DisposeAsync();
        var (_, listener) = await Start(o => o with { Endpoints = after }, isStatic: false);
        Assert.That(listener.Calls[1..], Is.EqualTo(new[] { "commit 0-2", "commit 3-5", "commit 6-6", "leader 1 3" }));
        var voters = (VotersRecord)listener.Batches[1].ControlRecords[^1].Message;
        Assert.That(voters.Voters.Single().Endpoints.Single().Port, Is.EqualTo(23002));
    }

    [Test]
    public async Task The_first_batch_has_the_bytes_that_Kafka_writes()
    {
        FormatStandalone();
        var epochStart = DateTimeOffset.FromUnixTimeMilliseconds(1795239300884);
        _time.Advance(epochStart - _time.GetUtcNow());
        await Start(isStatic: false);
        Assert.That(Convert.ToHexStringLower(_log.Read(0, 1000).Span), Is.EqualTo(StageOne.FirstBatchHex));
    }

    [Test]
    public async Task Appends_get_consecutive_offsets_and_the_listener_receives_the_same_objects_at_commit()
    {
        var (node, listener) = await Start();
        var records = new[] { "a", "b" };
        Assert.That(node.Append(1, records), Is.EqualTo(2));
        Assert.That(node.Append(1, ["c"]), Is.EqualTo(3));
        await listener.Until(l => l.NextOffset == 4);
        Assert.Multiple(() =>
        {
            Assert.That(listener.Records, Is.EqualTo(new[] { "a", "b", "c" }));
            Assert.That(listener.Batches[1].Records, Is.SameAs(records));
            Assert.That(listener.Batches[1].Epoch, Is.EqualTo(1));
            Assert.That(listener.Batches[1].AppendTimestamp, Is.EqualTo(_time.GetUtcNow().ToUnixTimeMilliseconds()));
            Assert.That(node.HighWatermark, Is.EqualTo(4));
            Assert.That(_log.HighWatermark, Is.EqualTo(4));
        });
    }

    [Test]
    public async Task Appends_during_a_flush_do_not_wait_and_share_the_next_flush()
    {
        var (node, listener) = await Start();
        using var inFlush = new SemaphoreSlim(0);
        using var resume = new SemaphoreSlim(0);
        _log.OnFlush = () =>
        {
            inFlush.Release();
            resume.Wait();
        };
        node.Append(1, ["first"]);
        await inFlush.WaitAsync();
        var before = _log.Flushes;
        for (var i = 0; i < 100; i++)
            node.Append(1, [$"r{i}"]);
        Assert.That(listener.NextOffset, Is.EqualTo(1), "nothing is committed before it is flushed");
        resume.Release(2);
        await listener.Until(l => l.NextOffset == 102);
        Assert.That(_log.Flushes - before, Is.EqualTo(2));
    }

    [Test]
    public async Task Only_the_epoch_of_the_leader_can_append()
    {
        var (node, _) = await Start();
        foreach (var epoch in new[] { 0, 2 })
        {
            Assert.That(() => node.Append(epoch, ["x"]),
                Throws.TypeOf<StateMachineException>().With.Property("ErrorCode").EqualTo(ErrorCode.NotController));
        }
    }

    [Test]
    public async Task An_atomic_append_larger_than_a_batch_is_refused_and_a_non_atomic_one_is_split()
    {
        var (node, listener) = await Start(o => o with { MaxBatchBytes = 1000, MaxRecordsPerBatch = 7 });
        var big = Enumerable.Range(0, 20).Select(i => new string((char)('a' + i), 90)).ToList();
        Assert.That(() => node.Append(1, big),
            Throws.TypeOf<StateMachineException>().With.Property("ErrorCode").EqualTo(ErrorCode.RecordListTooLarge));
        Assert.That(() => node.Append(1, [new string('x', 2000)], isAtomic: false),
            Throws.TypeOf<StateMachineException>().With.Property("ErrorCode").EqualTo(ErrorCode.RecordListTooLarge));
        Assert.That(node.Append(1, big, isAtomic: false), Is.EqualTo(20));
        await listener.Until(l => l.NextOffset == 21);
        Assert.Multiple(() =>
        {
            Assert.That(listener.Records, Is.EqualTo(big));
            Assert.That(listener.Batches.Skip(1).Select(b => b.Records.Count), Is.EqualTo(new[] { 7, 7, 6 }));
            Assert.That(listener.Gap, Is.False);
        });
    }

    [Test]
    public async Task A_restart_replays_all_records_in_a_higher_epoch()
    {
        for (var epoch = 1; epoch <= 5; epoch++)
        {
            var (node, listener) = await Start();
            Assert.That(listener.Leader, Is.EqualTo(new LeaderAndEpoch(1, epoch)));
            Assert.That(listener.Records, Is.EqualTo(Enumerable.Range(1, epoch - 1).Select(e => $"of epoch {e}")));
            node.Append(epoch, [$"of epoch {epoch}"]);
            await node.DisposeAsync();
            Assert.That(listener.Records[^1], Is.EqualTo($"of epoch {epoch}"), "the node writes all appended records before it stops");
            Assert.That(listener.Calls[^1], Is.EqualTo("shutdown"));
            Assert.That(node.Completion.IsCompletedSuccessfully);
        }
    }

    [Test]
    public async Task Records_that_are_not_released_are_not_written_to_the_log()
    {
        var (node, listener) = await Start();
        var log = new RaftStateMachineLog<string>(node, epoch: 1);
        Assert.That(log.Append(["never released"], isAtomic: true), Is.EqualTo(2));
        Assert.That(log.Append(["a", "b"], isAtomic: true), Is.EqualTo(3), "the offsets of dropped records are reused");
        log.Release();
        await listener.Until(l => l.NextOffset == 3);
        Assert.That(listener.Records, Is.EqualTo(new[] { "a", "b" }));
        log.Append(["c"], isAtomic: true);
        node.Resign(1);
        await listener.Until(l => l.Leader == new LeaderAndEpoch(null, 1));
        Assert.That(log.Release, Throws.TypeOf<StateMachineException>().With.Property("ErrorCode").EqualTo(ErrorCode.NotController));
    }

    [Test]
    public async Task A_late_listener_receives_all_records_from_the_log()
    {
        var (node, first) = await Start();
        node.Append(1, ["a", "b"]);
        await first.Until(l => l.NextOffset == 3);
        var late = new RecordingListener();
        node.Register(late);
        await late.Until(l => l.Leader is not null);
        Assert.That(late.Calls, Is.EqualTo(new[] { "commit 0-0", "commit 1-2", "leader 1 1" }));
        Assert.That(late.Records, Is.EqualTo(first.Records));
        await node.UnregisterAsync(first);
        node.Append(1, ["c"]);
        await late.Until(l => l.NextOffset == 4);
        Assert.That(first.NextOffset, Is.EqualTo(3));
    }

    [Test]
    public async Task After_a_resignation_appends_are_refused_until_the_next_epoch_starts()
    {
        var (node, listener) = await Start();
        node.Append(1, ["a"]);
        node.Resign(1);
        await listener.Until(l => l.Leader == new LeaderAndEpoch(null, 1));
        Assert.That(() => node.Append(1, ["b"]), Throws.TypeOf<StateMachineException>());
        _time.Advance(TimeSpan.FromSeconds(1));
        await listener.Until(l => l.Leader == new LeaderAndEpoch(1, 2));
        Assert.That(node.Append(2, ["c"]), Is.EqualTo(3));
        await listener.Until(l => l.NextOffset == 4);
        Assert.That(listener.Records, Is.EqualTo(new[] { "a", "c" }));
    }

    [Test]
    public async Task An_append_waits_while_the_disk_is_full_and_others_are_refused()
    {
        var (node, listener) = await Start();
        node.WaitsForSpace = true;
        _log.IsFull = true;
        node.Append(1, ["a"]);
        await Eventually.True(() => _logger.Warnings.Count > 0, "the disk is full");
        var refusal = Assert.Throws<StateMachineException>(() => node.Append(1, ["refused"]));
        Assert.That(refusal!.ErrorCode, Is.EqualTo(ErrorCode.KafkaStorageError));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.That((listener.NextOffset, node.Completion.IsCompleted), Is.EqualTo((1L, false)));

        _log.IsFull = false;
        await Eventually.True(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return listener.NextOffset == 2;
        }, "it is committed");
        node.Append(1, ["b"]);
        await listener.Until(l => l.NextOffset == 3);

        Assert.That(listener.Records, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(_logger.Warnings, Has.Count.EqualTo(1), "it is logged once");
    }

    [Test]
    public async Task A_flush_waits_while_the_disk_is_full()
    {
        var (node, listener) = await Start();
        node.WaitsForSpace = true;
        var isFull = true;
        _log.OnFlush = () =>
        {
            if (Volatile.Read(ref isFull))
                throw new LogFullException("no space for an index");
        };
        node.Append(1, ["a"]);
        await Eventually.True(() => _logger.Warnings.Count > 0, "the disk is full");
        Assert.That((listener.NextOffset, node.Completion.IsCompleted), Is.EqualTo((1L, false)), "not committed before it is durable");

        Volatile.Write(ref isFull, false);
        await Eventually.True(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return listener.NextOffset == 2;
        }, "it is committed");
        Assert.That(listener.Records, Is.EqualTo(new[] { "a" }), "and written once");
    }

    [Test]
    public async Task A_disk_that_is_full_at_start_stops_the_node()
    {
        var (node, _) = await Start();
        _log.IsFull = true;
        node.Append(1, ["a"]);
        Assert.That(async () => await node.Completion, Throws.TypeOf<LogFullException>());
    }

    [Test]
    public async Task A_failed_flush_commits_nothing_and_stops_the_node()
    {
        var (node, listener) = await Start();
        _log.OnFlush = () => throw new IOException("no space");
        node.Append(1, ["a"]);
        Assert.That(async () => await node.Completion, Throws.TypeOf<IOException>());
        Assert.Multiple(() =>
        {
            Assert.That(listener.Calls[^2..], Is.EqualTo(new[] { "leader none 1", "shutdown" }));
            Assert.That(listener.Records, Is.Empty);
            Assert.That(() => node.Append(1, ["b"]), Throws.TypeOf<StateMachineException>());
        });
    }

    [Test]
    public async Task A_failed_log_is_closed_without_another_write()
    {
        var (node, _) = await Start();
        _log.OnFlush = () => throw new IOException("no space");
        node.Append(1, ["a"]);
        Assert.That(async () => await node.Completion, Throws.TypeOf<IOException>());
        Assert.That(_log.WasClosedAbruptly);
    }

    [Test]
    public async Task The_completion_of_a_failed_node_is_set_even_if_closing_fails_too()
    {
        var (node, _) = await Start();
        _log.OnFlush = () => throw new IOException("no space");
        _log.OnClose = () => throw new IOException("still no space");
        node.Append(1, ["a"]);
        Assert.That(async () => await node.Completion, Throws.TypeOf<IOException>().With.Message.EqualTo("no space"));
    }

    [Test]
    public async Task A_log_that_cannot_be_closed_in_order_is_a_failure()
    {
        var (node, _) = await Start();
        _log.OnClose = () => throw new IOException("no space");
        await node.DisposeAsync();
        Assert.That(async () => await node.Completion, Throws.TypeOf<IOException>());
    }

    [Test]
    public async Task A_listener_that_throws_stops_the_node()
    {
        var (node, listener) = await Start();
        listener.OnCommit = _ => throw new InvalidOperationException("bug");
        node.Append(1, ["a"]);
        Assert.That(async () => await node.Completion, Throws.InvalidOperationException);
    }

    [Test]
    public void A_voter_with_another_directory_id_is_refused()
    {
        FormatStandalone();
        Assert.That(async () => await Start(o => o with { DirectoryId = Uuid.One }, isStatic: false),
            Throws.TypeOf<QuorumConfigurationException>().With.Message.Contain("EdPpqKAhRqmVaoet9QenNg"));
    }

    [Test]
    public async Task DescribeQuorum_responds_like_Kafka()
    {
        FormatStandalone();
        var (node, listener) = await Start(isStatic: false);
        node.Append(1, ["a"]);
        await listener.Until(l => l.NextOffset == 4);
        var response = node.DescribeQuorum(new DescribeQuorumRequest
        {
            Topics = [new() { TopicName = "__cluster_metadata", Partitions = [new() { PartitionIndex = 0 }] }],
        }, version: 2);
        var partition = response.Topics.Single().Partitions.Single();
        var voter = partition.CurrentVoters.Single();
        var node1 = response.Nodes.Single();
        Assert.Multiple(() =>
        {
            Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.None));
            Assert.That((partition.LeaderId, partition.LeaderEpoch, partition.HighWatermark), Is.EqualTo((1, 1, 4L)));
            Assert.That((voter.ReplicaId, voter.ReplicaDirectoryId, voter.LogEndOffset), Is.EqualTo((1, Directory, 4L)));
            Assert.That(voter.LastCaughtUpTimestamp, Is.EqualTo(_time.GetUtcNow().ToUnixTimeMilliseconds()));
            var listener1 = node1.Listeners.Single();
            Assert.That((node1.NodeId, listener1.Host, listener1.Port), Is.EqualTo((1, "127.0.0.1", (ushort)23001)));
        });
        var unknown = node.DescribeQuorum(new DescribeQuorumRequest
        {
            Topics = [new() { TopicName = "other", Partitions = [new() { PartitionIndex = 0 }] }],
        }, version: 2);
        var other = unknown.Topics.Single().Partitions.Single();
        Assert.That((other.ErrorCode, other.ErrorMessage), Is.EqualTo(
            (ErrorCode.UnknownTopicOrPartition, "This server does not host this topic-partition.")));
    }

    [Test]
    public async Task Reading_a_range_includes_the_batch_with_its_start_and_excludes_the_batch_with_its_end()
    {
        var (node, listener) = await Start();
        node.Append(1, ["a", "b", "c"]);
        node.Append(1, ["d", "e"]);
        await listener.Until(l => l.NextOffset == 6);
        var reader = new MetadataLogReader<string>(_log, new BatchDecoder<string>(new TextSerde()));
        Assert.Multiple(() =>
        {
            Assert.That(Read(0, 6), Is.EqualTo(new[] { "a", "b", "c", "d", "e" }));
            Assert.That(Read(0, 5), Is.EqualTo(new[] { "a", "b", "c" }));
            Assert.That(Read(0, 3), Is.Empty);
            Assert.That(Read(2, 6), Is.EqualTo(new[] { "a", "b", "c", "d", "e" }));
            Assert.That(Read(2, 3), Is.Empty);
            Assert.That(() => Read(0, 7), Throws.TypeOf<InvalidDataException>());
        });

        List<string> Read(long from, long to)
        {
            var records = new List<string>();
            reader.Read(from, to, batches => records.AddRange(batches.SelectMany(batch => batch.Records)));
            return records;
        }
    }

    [Test]
    public void A_listener_receives_a_batch_again_if_it_received_only_a_part_of_it()
    {
        var listener = new RecordingListener();
        var context = new ListenerContext<string>(listener);
        context.StartAt(2);
        context.Commit([new CommittedBatch<string>(0, 1, 1, 0, 0, ["a", "b"]), new CommittedBatch<string>(2, 3, 1, 0, 0, ["c", "d"])]);
        Assert.That(listener.Calls, Is.EqualTo(new[] { "commit 2-3" }));
        context.StartAt(3);
        context.Commit([new CommittedBatch<string>(2, 3, 1, 0, 0, ["c", "d"]), new CommittedBatch<string>(4, 4, 1, 0, 0, ["e"])]);
        Assert.That(listener.Calls, Is.EqualTo(new[] { "commit 2-3", "commit 2-3", "commit 4-4" }));
        Assert.That(context.NextOffset, Is.EqualTo(5));
    }

    private async Task<(RaftNode<string> Node, RecordingListener Listener)> Start(
        Func<RaftOptions, RaftOptions>? configure = null, bool isStatic = true)
    {
        var options = new RaftOptions
        {
            NodeId = 1,
            DirectoryId = Directory,
            StaticVoters = isStatic ? VoterSet.Parse(["1@localhost:9093"], "CONTROLLER") : VoterSet.Empty,
        };
        var node = new RaftNode<string>(
            configure?.Invoke(options) ?? options, _log, _snapshots, _quorumState, new TextSerde(), _time, _logger);
        _nodes.Add(node);
        var listener = new RecordingListener();
        node.Register(listener);
        await node.StartAsync();
        return (node, listener);
    }

    private void FormatStandalone() => _snapshots.Add(default, StageOne.BootstrapCheckpoint);
}
