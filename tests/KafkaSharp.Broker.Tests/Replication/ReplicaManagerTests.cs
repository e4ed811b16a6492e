using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Replication;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Storage.Checkpoints;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Manager;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Broker.Tests.Replication;

/// <summary>Applies metadata to the replicas of this broker, with two log directories.</summary>
internal sealed class ReplicaManagerTests
{
    private static readonly Uuid s_a = new(7, 1);
    private static readonly Uuid s_b = new(7, 2);

    private readonly CollectingLogger _logger = new();
    private Func<FileOperation, string, bool> _fails = (_, _) => false;
    private Func<string, bool> _isFull = _ => false;
    private MetadataImage _image = MetadataImage.Empty;
    private LogManager _logs = null!;
    private ReplicaManager _replicas = null!;

    [SetUp]
    public void Open()
    {
        _fails = (_, _) => false;
        _isFull = _ => false;
        _image = MetadataImage.Empty;
        var time = new ManualTimeProvider();
        var memory = new MemoryFileSystem(time, 1L << 28);
        foreach (var (path, id) in new[] { ("/a", s_a), ("/b", s_b) })
        {
            memory.CreateDirectory(path);
            new MetaProperties { ClusterId = "MkU3OEVBNTcwNTJENDM2Qg", NodeId = 1, DirectoryId = id }.Write(memory, path, time.GetUtcNow());
        }
        var configuration = BrokerConfiguration.Load(null, new Dictionary<string, string> { ["log.dirs"] = "/a,/b" });
        _logs = LogManager.Open(new LogManagerOptions
        {
            FileSystem = new FaultyFileSystem(memory, (operation, path) =>
                operation is FileOperation.Write && _isFull(path) ? new IOException("No space left on device", 28)
                : _fails(operation, path) ? new IOException("Input/output error") : null),
            Directories = ["/a", "/b"],
            BrokerConfig = configuration.Values,
            Time = time,
            Random = new Random(3),
            DirectoryFailed = failure => _replicas.OnDirectoryFailed(failure),
        });
        _logger.Clear();
        _replicas = new ReplicaManager(configuration, _logs, _logger);
    }

    [TearDown]
    public Task Close() => _logs.ShutdownAsync(-1);

    [Test]
    public void The_logs_that_one_update_creates_are_one_line()
    {
        Update([.. Enumerable.Range(0, 50).SelectMany(i => Topic($"t{i}", new(1, i + 1), s_a))]);
        Assert.That(_logger.InformationLines, Has.One.StartsWith("Created the logs of 50 partition(s). The first is t"));
        Assert.That(_logger.InformationLines, Has.Count.EqualTo(1));
        Update(Topic("again", new(2, 1), s_b));
        Assert.That(_logger.InformationLines[1], Is.EqualTo("Created the logs of 1 partition(s). The first is again-0"));
    }

    [Test]
    public void A_partition_whose_directory_fails_takes_no_other_with_it()
    {
        Update([.. Topic("one", new(1, 1), s_a), .. Topic("two", new(1, 2), s_b)]);
        _fails = (_, path) => path.StartsWith("/a", StringComparison.Ordinal);

        // The creation of a log meets the failure; the begin of an epoch writes nothing.
        Update([.. Topic("four", new(1, 4), s_a), NewEpoch(new(1, 1)), NewEpoch(new(1, 2)), .. Topic("three", new(1, 3), s_b)]);

        Assert.That(Find("four"), Is.EqualTo(ErrorCode.KafkaStorageError));
        Assert.That(Find("one"), Is.EqualTo(ErrorCode.KafkaStorageError));
        Assert.That(_replicas.Find(new TopicPartition("two", 0), out var two), Is.EqualTo(ErrorCode.None));
        Assert.That(two!.LeaderEpoch, Is.EqualTo(1));
        Assert.That(Find("three"), Is.EqualTo(ErrorCode.None));
        Assert.That(_logs.LiveDirectories.Select(d => d.Path), Is.EqualTo(new[] { "/b" }));
    }

    [Test]
    public void A_replica_of_a_directory_that_is_gone_is_offline_and_gets_no_empty_log()
    {
        Update(Topic("t", new(1, 1), new Uuid(7, 9)));

        Assert.That(Find("t"), Is.EqualTo(ErrorCode.KafkaStorageError));
        Assert.That(_logs.Logs, Is.Empty);
        Update(new RemoveTopicRecord { TopicId = new(1, 1) });
        Assert.That(Find("t"), Is.EqualTo(ErrorCode.UnknownTopicOrPartition));
    }

    [Test]
    public async Task A_log_that_had_no_space_is_created_by_a_later_update()
    {
        _isFull = path => path.Contains("big", StringComparison.Ordinal);
        Update([.. Topic("big", new(1, 1), s_a), .. Topic("big-deleted", new(1, 2), s_a), .. Topic("small", new(1, 3), s_a)]);
        Assert.That(Find("big"), Is.EqualTo(ErrorCode.KafkaStorageError));
        Assert.That(Find("small"), Is.EqualTo(ErrorCode.None));
        Assert.That(_logs.LiveDirectories.Count(), Is.EqualTo(2));
        var change = _replicas.Uncreated.Change;

        Update();
        Assert.That(Find("big"), Is.EqualTo(ErrorCode.KafkaStorageError));
        Assert.That(
            _logger.Lines.Count(line => line.Contains("big-0", StringComparison.Ordinal)), Is.EqualTo(1), "one line, not one a time");
        Assert.That(change.IsCompleted, Is.False);
        Update(new RemoveTopicRecord { TopicId = new(1, 2) });
        await change;
        change = _replicas.Uncreated.Change;

        _isFull = _ => false;
        Update(NewEpoch(new(1, 3)));
        await change;
        Assert.That(_replicas.Find(new TopicPartition("big", 0), out var big), Is.EqualTo(ErrorCode.None));
        Assert.That(big!.CheckAppend(1).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(Find("big-deleted"), Is.EqualTo(ErrorCode.UnknownTopicOrPartition));
        Assert.That(_logs.Logs.Select(log => log.TopicPartition.Topic), Is.EquivalentTo(new[] { "big", "small" }));
    }

    [Test]
    public void Many_logs_without_space_are_tried_in_turn()
    {
        _isFull = path => path.Contains("/t", StringComparison.Ordinal);
        Update([.. Enumerable.Range(0, 25).SelectMany(i => Topic($"t{i}", new(1, i + 1), s_a))]);
        List<string> tried = [];
        _isFull = path =>
        {
            tried.Add(path);
            return true;
        };
        for (var update = 0; update < 3; update++)
            Update();
        Assert.That(tried.Select(Path.GetDirectoryName).Distinct().Count(), Is.EqualTo(25));
        Assert.That(tried, Has.Count.EqualTo(30), "10 each time");
        _isFull = _ => false;
        Update();
        Assert.That(Enumerable.Range(0, 25).Select(i => Find($"t{i}")), Is.All.EqualTo(ErrorCode.None));
    }

    [Test]
    public void The_directory_that_the_broker_chose_for_a_replica_is_reported_to_the_controller()
    {
        Update([.. Topic("chosen", new(1, 1), DirectoryId.Unassigned), .. Topic("known", new(1, 2), s_b)]);

        var request = _replicas.Assignments.Next(1, 5);
        Assert.That(request.BrokerEpoch, Is.EqualTo(5));
        Assert.That(request.Directories.Select(d => d.Id), Is.EqualTo(
            new[] { _logs.DirectoryOf(_logs.Get(new TopicPartition("chosen", 0))!).Id }));
        Assert.That(request.Directories[0].Topics.Single().TopicId, Is.EqualTo(new Uuid(1, 1)));
        _replicas.Assignments.Reported(Answer(request, ErrorCode.None));
        Assert.That(_replicas.Assignments.IsEmpty);
    }

    [Test]
    public void Only_the_last_assignment_of_a_replica_counts_and_only_an_accepted_one()
    {
        var (assignments, accepted) = (_replicas.Assignments, new List<string>());
        var replica = new TopicIdPartition(new(1, 1), new TopicPartition("t", 0));
        assignments.Add(replica, s_a, () => accepted.Add("a"));
        var first = assignments.Next(1, 5);
        assignments.Add(replica, s_b, () => accepted.Add("b"));
        assignments.Reported(Answer(first, ErrorCode.None));
        Assert.That(accepted, Is.Empty, "another one came in between");
        assignments.Reported(Answer(assignments.Next(1, 5), ErrorCode.None));
        Assert.That(accepted, Is.EqualTo(new[] { "b" }));

        assignments.Add(replica, s_a, () => accepted.Add("a"));
        assignments.Reported(Answer(assignments.Next(1, 5), ErrorCode.UnknownTopicId));
        Assert.That(accepted, Has.Count.EqualTo(1));
        Assert.That(assignments.IsEmpty);
    }

    private static AssignReplicasToDirsResponse Answer(AssignReplicasToDirsRequest request, ErrorCode error) => new()
    {
        Directories = request.Directories.ConvertAll(directory => new AssignReplicasToDirsResponse.DirectoryData
        {
            Id = directory.Id,
            Topics = directory.Topics.ConvertAll(topic => new AssignReplicasToDirsResponse.TopicData
            {
                TopicId = topic.TopicId,
                Partitions = topic.Partitions.ConvertAll(partition => new AssignReplicasToDirsResponse.PartitionData
                {
                    PartitionIndex = partition.PartitionIndex, ErrorCode = error,
                }),
            }),
        }),
    };

    [Test]
    public void What_waits_for_replication_is_told_that_the_directory_failed_or_the_topic_is_gone()
    {
        Update([.. Topic("failed", new(1, 1), s_a), .. Topic("deleted", new(1, 2), s_b)]);
        _replicas.Find(new TopicPartition("failed", 0), out var failed);
        _replicas.Find(new TopicPartition("deleted", 0), out var deleted);
        Assert.That(failed!.CheckReplicated(1), Is.Null, "it waits");

        _logs.Fail(_logs.DirectoryOf(failed.Log), new IOException("Input/output error"));
        Update(new RemoveTopicRecord { TopicId = new(1, 2) });

        Assert.That(failed.CheckReplicated(1), Is.EqualTo(ErrorCode.KafkaStorageError));
        Assert.That(failed.CheckAppend(1).ErrorCode, Is.EqualTo(ErrorCode.KafkaStorageError));
        Assert.That(deleted!.CheckReplicated(1), Is.EqualTo(ErrorCode.UnknownTopicOrPartition));
        Assert.That(deleted.CheckAppend(1).ErrorCode, Is.EqualTo(ErrorCode.NotLeaderOrFollower));
    }

    private static IRecordMessage[] Topic(string name, Uuid id, Uuid directory) =>
    [
        new TopicRecord { Name = name, TopicId = id },
        new PartitionRecord { TopicId = id, PartitionId = 0, Replicas = [1], Isr = [1], Leader = 1, LeaderEpoch = 0, PartitionEpoch = 0,
            Directories = [directory] },
    ];

    private static PartitionChangeRecord NewEpoch(Uuid id) => new() { TopicId = id, PartitionId = 0, Leader = 1 };

    private ErrorCode Find(string topic) => _replicas.Find(new TopicPartition(topic, 0), out _);

    private void Update(params IRecordMessage[] messages)
    {
        var delta = new MetadataDelta(_image);
        if (_image == MetadataImage.Empty)
            delta.Replay(new MetadataRecord(new FeatureLevelRecord { Name = "metadata.version", FeatureLevel = 30 }, 0));
        foreach (var message in messages)
            delta.Replay(new MetadataRecord(message, 2));
        _image = delta.Apply(MetadataProvenance.Empty);
        _replicas.OnMetadataUpdate(delta, _image);
    }
}
