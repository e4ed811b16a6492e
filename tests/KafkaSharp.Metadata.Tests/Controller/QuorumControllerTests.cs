using KafkaSharp.Metadata.Client;
using KafkaSharp.Metadata.Controller;
using KafkaSharp.Metadata.Controller.State;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Publishing;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Raft;
using KafkaSharp.Raft.Configuration;
using KafkaSharp.Raft.Log;
using KafkaSharp.Raft.Quorum;
using KafkaSharp.Raft.Snapshots;
using KafkaSharp.Raft.Tests.Harness;
using KafkaSharp.StateMachines;
using KafkaSharp.TestInfrastructure;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.Metadata.Tests.Controller;

/// <summary>Controller, metadata log in memory, and loader of one node together.</summary>
internal sealed class QuorumControllerTests
{
    private static readonly ControllerRequestContext s_context = ControllerRequestContext.Internal;

    [Test]
    public async Task A_topic_is_in_the_brokers_image_when_the_response_to_its_creation_is_sent()
    {
        await using var node = await Node.StartAsync();
        await node.StartBrokerAsync();
        for (var i = 0; i < 50; i++)
        {
            var response = await node.Client.SendAsync(ControllerApis.CreateTopics, s_context, Node.CreateTopics($"t{i}"));
            Assert.That(response.Topics.Single().ErrorCode, Is.EqualTo(ErrorCode.None));
            Assert.That(node.Publisher.Image.Topics.Topic($"t{i}")?.Partition(0)?.Leader, Is.EqualTo(1));
        }
        Assert.That(node.Publisher.Created, Is.EqualTo(Enumerable.Range(0, 50).Select(i => $"t{i}")));
    }

    [Test, Explicit("A measurement")]
    public async Task Ten_thousand_topics_one_at_a_time()
    {
        await using var node = await Node.StartAsync();
        await node.StartBrokerAsync();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (var i = 0; i < 10_000; i++)
        {
            await node.Client.SendAsync(ControllerApis.CreateTopics, s_context, Node.CreateTopics($"t-{i}"));
            if (i % 1000 == 999)
                TestContext.Out.WriteLine($"{i + 1} topics after {clock.ElapsedMilliseconds} ms");
        }
    }

    [Test]
    public async Task A_restarted_node_finds_what_was_acknowledged()
    {
        var log = new MemoryRaftLog();
        var quorum = new MemoryQuorumStateStore();
        await using (var node = await Node.StartAsync(log, quorum))
        {
            await node.StartBrokerAsync();
            await node.Client.SendAsync(ControllerApis.CreateTopics, s_context, Node.CreateTopics("kept"));
        }
        // The log outlives its node: only what was flushed is left.
        var survived = log.Crash(new Random(1));
        await using var again = await Node.StartAsync(survived, quorum);
        var image = await again.Loader.WaitForAsync(image => image.Topics.Topic("kept") is not null);
        Assert.That(image.Cluster.Broker(1)!.Fenced, Is.False);
        Assert.That(image.Features.MetadataVersion!.Value.Name, Is.EqualTo("4.3-IV0"));
        await again.StartBrokerAsync();
        Assert.That(again.Publisher.Image.Topics.Partition("kept", 0)!.Leader, Is.EqualTo(1), "the last known leader leads again");
        Assert.That(again.Publisher.Updates, Is.LessThan(10), "history is not lived through again");
    }

    [Test]
    public async Task An_inactive_controller_says_so()
    {
        await using var node = await Node.StartAsync();
        node.Controller.HandleLeaderChange(new LeaderAndEpoch(2, 7));
        var response = await node.Client.SendAsync(
            ControllerApis.BrokerRegistration, s_context, new BrokerRegistrationRequest { ClusterId = "cluster" });
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.NotController));
        var topics = await node.Client.SendAsync(ControllerApis.CreateTopics, s_context, Node.CreateTopics("t"));
        Assert.That(topics.Topics.Single().ErrorCode, Is.EqualTo(ErrorCode.NotController));
    }

    [Test]
    public async Task An_idle_active_controller_writes_no_op_records()
    {
        await using var node = await Node.StartAsync();
        await node.StartBrokerAsync();
        var before = node.Loader.LastAppliedOffset;
        var reached = node.Loader.WaitForOffsetAsync(before + 3);
        while (!reached.IsCompleted)
        {
            node.Time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Yield();
        }
        await reached;
    }

    [Test]
    public async Task A_command_of_another_room_runs_on_the_image()
    {
        await using var node = await Node.StartAsync();
        var id = new Uuid(7, 7);
        var count = await node.Controller.WriteAsync("createAcls", s_context, image => new CommandResult<MetadataRecord, int>(
            [new MetadataRecord(new AccessControlEntryRecord { Id = id, ResourceName = "t", Principal = "User:a", Host = "*" }, 0)],
            image.Acls.Entries.Count));
        Assert.That(count, Is.Zero);
        Assert.That(node.Publisher.Image.Acls.Entries.ContainsKey(id));
        Assert.That(
            () => node.Controller.WriteAsync<int>("x", s_context, _ => throw new StateMachineException(ErrorCode.InvalidRequest, "no")),
            Throws.TypeOf<StateMachineException>().With.Message.EqualTo("no"));
    }

    [Test]
    public async Task A_record_that_cannot_be_replayed_is_never_in_the_log()
    {
        var log = new MemoryRaftLog();
        var quorum = new MemoryQuorumStateStore();
        await using (var node = await Node.StartAsync(log, quorum))
        {
            var response = node.Controller.WriteAsync("fence", s_context, _ => new CommandResult<MetadataRecord, int>(
                [new MetadataRecord(new FenceBrokerRecord { Id = 77, Epoch = 1 }, 0)], 0));
            Assert.That(async () => await response, Throws.TypeOf<StateMachineException>().With.Property("ErrorCode")
                .EqualTo(ErrorCode.UnknownServerError));
            Task<bool>? probe = null;
            await Eventually.True(() =>
            {
                if (probe is { IsCompleted: true, Result: true })
                    return true;
                node.Time.Advance(TimeSpan.FromSeconds(1));
                if (probe is null or { IsCompleted: true })
                    probe = IsActiveAsync(node.Controller);
                return false;
            }, "the controller is active again");
            await node.StartBrokerAsync();
        }
        await using var again = await Node.StartAsync(log.Crash(new Random(1)), quorum);
        Assert.That(await again.Loader.WaitForAsync(image => image.Cluster.Broker(1) is not null), Is.Not.Null);
    }

    [Test]
    public async Task A_snapshot_is_written_when_enough_of_the_log_has_come()
    {
        await using var node = await Node.StartAsync(maxBytes: 20_000);
        await node.StartBrokerAsync();
        for (var i = 0; i < 200; i++)
            await node.Client.SendAsync(ControllerApis.CreateTopics, s_context, Node.CreateTopics($"t{i}"));
        await node.Snapshots.DisposeAsync();
        var id = node.Raft.LatestSnapshotId;
        Assert.That(id, Is.Not.Null);

        var seen = new SnapshotListener();
        node.Raft.Register(seen);
        var (snapshotId, records) = await seen.Loaded.Task;
        Assert.That(snapshotId, Is.EqualTo(id!.Value));
        Assert.That(records.Count(record => record.Message is TopicRecord), Is.GreaterThan(50));
    }

    private static async Task<bool> IsActiveAsync(QuorumController controller)
    {
        try
        {
            return await controller.WriteAsync("probe", s_context, _ => new CommandResult<MetadataRecord, bool>([], true));
        }
        catch (StateMachineException)
        {
            return false;
        }
    }

    private sealed class SnapshotListener : IRaftListener<MetadataRecord>
    {
        public TaskCompletionSource<(OffsetAndEpoch Id, List<MetadataRecord> Records)> Loaded { get; } = new();

        public void HandleCommit(IReadOnlyList<CommittedBatch<MetadataRecord>> batches)
        {
        }

        public void HandleLoadSnapshot(SnapshotReader<MetadataRecord> reader)
        {
            using (reader)
                Loaded.TrySetResult((reader.Id, [.. reader.ReadBatches().SelectMany(batch => batch.Records)]));
        }

        public void HandleLeaderChange(LeaderAndEpoch leader)
        {
        }

        public void BeginShutdown()
        {
        }
    }

    private sealed class RecordingPublisher : IMetadataPublisher
    {
        public string Name => "recorder";

        public MetadataImage Image { get; private set; } = MetadataImage.Empty;

        public List<string> Created { get; } = [];

        public int Updates { get; private set; }

        public void OnMetadataUpdate(MetadataDelta delta, MetadataImage newImage)
        {
            Updates++;
            Created.AddRange(delta.Topics?.ChangedTopics.Values.Where(topic => topic.IsCreated).Select(topic => topic.Name) ?? []);
            Image = newImage;
        }
    }

    private sealed class Node : IAsyncDisposable
    {
        private readonly EventLoop _loaderLoop;

        private Node(MemoryRaftLog log, MemoryQuorumStateStore quorum, long maxBytes)
        {
            Raft = new RaftNode<MetadataRecord>(
                new RaftOptions
                {
                    NodeId = 1,
                    DirectoryId = new Uuid(5, 5),
                    StaticVoters = VoterSet.Parse(["1@localhost:9093"], "CONTROLLER"),
                },
                log, new MemorySnapshotStore(), quorum, MetadataRecordSerde.Instance, Time, NullLogger.Instance);
            _loaderLoop = new EventLoop("loader", Time, NullLogger.Instance);
            Snapshots = new EventLoop("snapshots", Time, NullLogger.Instance);
            Loader = new MetadataLoader(_loaderLoop, () => Raft.HighWatermark, _ => { }, NullLogger.Instance)
            {
                SnapshotGenerator = new SnapshotGenerator(Snapshots, Raft.CreateSnapshot, maxBytes, TimeSpan.Zero, NullLogger.Instance),
            };
            Controller = new QuorumController(
                new QuorumControllerOptions { NodeId = 1, ClusterId = "cluster" }, Raft, new FakeConfigurations(), Loader, Time, new Random(
                    3),
                NullLogger.Instance);
        }

        public ManualTimeProvider Time { get; } = new();

        public RaftNode<MetadataRecord> Raft { get; }

        public MetadataLoader Loader { get; }

        public EventLoop Snapshots { get; }

        public QuorumController Controller { get; }

        public ControllerClient Client => field ??= new ControllerClient(Controller, Time) { Retries = false };

        public RecordingPublisher Publisher { get; } = new();

        public static async Task<Node> StartAsync(
            MemoryRaftLog? log = null, MemoryQuorumStateStore? quorum = null, long maxBytes = long.MaxValue)
        {
            var node = new Node(log ?? new MemoryRaftLog(), quorum ?? new MemoryQuorumStateStore(), maxBytes);
            await node.Loader.AddPublisherAsync(node.Publisher);
            node.Raft.Register(node.Loader);
            node.Raft.Register(node.Controller);
            await node.Raft.StartAsync();
            await node.Loader.WaitForAsync(image => image.Features.MetadataVersion is not null);
            return node;
        }

        public static CreateTopicsRequest CreateTopics(string name) =>
            new() { Topics = [new() { Name = name, NumPartitions = 1, ReplicationFactor = 1 }] };

        public async Task StartBrokerAsync()
        {
            var registered = await Client.SendAsync(ControllerApis.BrokerRegistration, s_context, new BrokerRegistrationRequest
            {
                BrokerId = 1,
                ClusterId = "cluster",
                IncarnationId = Uuid.Random(new Random()),
                LogDirs = [new Uuid(9, 9)],
                Listeners = [new() { Name = "PLAINTEXT", Host = "127.0.0.1", Port = 9092 }],
                Features =
                [
                    .. Features.FeatureNames.All.Select(f => new BrokerRegistrationRequest.Feature
                    {
                        Name = f.Name, MinSupportedVersion = f.MinLevel, MaxSupportedVersion = f.MaxLevel,
                    }),
                ],
            });
            Assert.That(registered.ErrorCode, Is.EqualTo(ErrorCode.None));
            await Loader.WaitForOffsetAsync(registered.BrokerEpoch);
            var response = await Client.SendAsync(ControllerApis.BrokerHeartbeat, s_context, new BrokerHeartbeatRequest
            {
                BrokerId = 1, BrokerEpoch = registered.BrokerEpoch, CurrentMetadataOffset = Loader.LastAppliedOffset,
            });
            Assert.That((response.ErrorCode, response.IsFenced), Is.EqualTo((ErrorCode.None, false)));
            await Loader.WaitForAsync(
                image => image.Cluster.Broker(1) is { Fenced: false } broker && broker.Epoch == registered.BrokerEpoch);
        }

        public async ValueTask DisposeAsync()
        {
            await Controller.DisposeAsync();
            await Raft.DisposeAsync();
            await _loaderLoop.DisposeAsync();
            await Snapshots.DisposeAsync();
        }
    }
}
