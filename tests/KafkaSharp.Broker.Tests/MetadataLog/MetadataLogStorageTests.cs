using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using KafkaSharp.Broker.MetadataLog;
using KafkaSharp.Configuration;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Raft;
using KafkaSharp.Raft.Configuration;
using KafkaSharp.Raft.Log;
using KafkaSharp.Raft.Quorum;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.TestInfrastructure;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.Broker.Tests.MetadataLog;

/// <summary>The metadata log over real files: ours read by Kafka's tools, Kafka's read by us.</summary>
[TestFixture]
public sealed class MetadataLogStorageTests
{
    private static readonly Uuid Directory = Uuid.Parse("EdPpqKAhRqmVaoet9QenNg");

    private readonly List<RaftNode<MetadataRecord>> _nodes = [];
    private string _root = null!;

    [SetUp]
    public void Create() => _root = System.IO.Directory.CreateTempSubdirectory("kafkasharp-metadata-").FullName;

    [TearDown]
    public async Task Delete()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        _nodes.Clear();
        System.IO.Directory.Delete(_root, recursive: true);
    }

    [Test]
    public async Task What_was_committed_is_there_after_every_restart()
    {
        for (var epoch = 1; epoch <= 4; epoch++)
        {
            var (node, listener) = await Start();
            Assert.That(node.LeaderAndEpoch, Is.EqualTo(new LeaderAndEpoch(1, epoch)));
            Assert.That(Topics(listener), Is.EqualTo(Enumerable.Range(1, epoch - 1).Select(e => $"topic-{e}")));
            await Append(node, listener, Topic($"topic-{epoch}"));
            await node.DisposeAsync();
        }
        Assert.That(await File.ReadAllTextAsync(Path.Combine(Folder, "quorum-state")), Is.EqualTo(
            """{"clusterId":"","leaderId":1,"leaderEpoch":4,"votedId":-1,"appliedOffset":0,"currentVoters":""" +
            """[{"voterId":1}],"data_version":0}"""));
        Assert.That(await File.ReadAllTextAsync(Path.Combine(Folder, "partition.metadata")), Is.EqualTo(
            "version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAQ"));
    }

    [Test]
    public void The_name_of_the_folder_is_durable_before_anything_in_it()
    {
        var flushed = new List<string>();
        var files = new FaultyFileSystem(PhysicalFileSystem.Instance, (operation, path) =>
        {
            if (operation == FileOperation.Flush)
                flushed.Add(path);
            return null;
        });
        var storage = MetadataLogStorage.Open(
            files, _root, ConfigValues.Empty, TimeProvider.System, new Random(1), work => work(), NullLogger.Instance);
        storage.Log.Dispose();
        Assert.That(flushed[0], Is.EqualTo(_root), "otherwise a power failure takes the log and the vote of the node");
    }

    [Test]
    public void A_flush_that_has_no_space_for_an_index_can_be_repeated()
    {
        var isFull = false;
        var files = new FaultyFileSystem(PhysicalFileSystem.Instance, (operation, path) =>
            isFull && operation == FileOperation.Write && path.EndsWith(".timeindex", StringComparison.Ordinal)
                ? new IOException("No space left on device", 28) : null);
        var log = MetadataLogStorage.Open(
            files, _root, ConfigValues.Empty, TimeProvider.System, new Random(1), work => work(), NullLogger.Instance).Log;
        isFull = true;
        using var builder = new RecordBatchBuilder(new RecordBatchOptions { PartitionLeaderEpoch = 1 });
        builder.Append(1000, default, "v"u8);
        log.AppendAsLeader(builder.Build().ToArray());
        Assert.That(log.Flush, Throws.TypeOf<LogFullException>());
        isFull = false;
        Assert.That(log.Flush, Throws.Nothing);
        log.Dispose();
    }

    [Test]
    public async Task A_torn_last_batch_is_cut_off_and_what_comes_next_takes_its_place()
    {
        var (node, listener) = await Start();
        await Append(node, listener, Topic("kept"));
        await Append(node, listener, Topic("torn"));
        await node.DisposeAsync();
        var log = Path.Combine(Folder, "00000000000000000000.log");
        await using (var file = File.OpenWrite(log))
            file.SetLength(file.Length - 7);
        (node, listener) = await Start();
        await Append(node, listener, Topic("next"));
        await node.DisposeAsync();
        (_, listener) = await Start();
        Assert.That(Topics(listener), Is.EqualTo(new[] { "kept", "next" }));
    }

    [Test]
    public async Task A_snapshot_replaces_the_log_before_it()
    {
        var time = new ManualTimeProvider();
        var (node, listener) = await Start(time: time, retentionBytes: 1, segmentBytes: 500);
        for (var i = 0; i < 30; i++)
        {
            await Append(node, listener, Topic($"topic-{i}"));
            if (i is 10 or 20)
                Snapshot(node, listener);
        }
        var segments = System.IO.Directory.GetFiles(Folder, "*.log").Length;
        time.Advance(TimeSpan.FromMinutes(1));
        await node.UnregisterAsync(listener);
        Assert.Multiple(() =>
        {
            Assert.That(System.IO.Directory.GetFiles(Folder, "*.checkpoint").Select(Path.GetFileName),
                Is.EqualTo(new[] { "00000000000000000022-0000000001.checkpoint" }));
            Assert.That(System.IO.Directory.GetFiles(Folder, "*.log"), Has.Length.LessThan(segments));
        });
        await node.DisposeAsync();
        (_, listener) = await Start(segmentBytes: 500);
        Assert.That(Topics(listener), Is.EqualTo(Enumerable.Range(0, 30).Select(i => $"topic-{i}")));
        Assert.That(listener.Snapshots, Is.EqualTo(new[] { new OffsetAndEpoch(22, 1) }));
    }

    [Test]
    public async Task A_half_written_snapshot_is_removed_at_the_next_start()
    {
        await (await Start()).Node.DisposeAsync();
        var part = Path.Combine(Folder, "00000000000000000009-0000000001.checkpoint.part");
        await File.WriteAllTextAsync(part, "half");
        await Start();
        Assert.That(File.Exists(part), Is.False);
    }

    [Test]
    public async Task A_log_lost_before_its_snapshot_begins_anew_in_memory_too()
    {
        var files = new MemoryFileSystem(TimeProvider.System);
        var (node, listener) = await Start(files: files);
        await Append(node, listener, Topic("a"));
        Snapshot(node, listener);
        await node.DisposeAsync();
        foreach (var path in files.EnumerateFiles(Folder).Where(p => p.EndsWith(".log", StringComparison.Ordinal)))
            files.DeleteFile(path);
        (node, listener) = await Start(files: files);
        Assert.That(Topics(listener), Is.EqualTo(new[] { "a" }));
        Assert.That(node.HighWatermark, Is.EqualTo(3));
        await Append(node, listener, Topic("b"));
        await node.DisposeAsync();
        (_, listener) = await Start(files: files);
        Assert.That(Topics(listener), Is.EqualTo(new[] { "a", "b" }));
    }

    [TestCase("stage1-uncleaned", "data-a/", 342, 1, 2)]
    [TestCase("stage2-killed", "data-a/", -1, 1, 3)]
    public async Task A_metadata_log_of_Kafka_is_opened_and_gone_on_with(
        string archive, string folder, long endOffset, int nodeId, int epoch)
    {
        Extract(archive, folder);
        var (node, listener) = await Start(isStatic: false, nodeId: nodeId);
        Assert.That(node.LeaderAndEpoch.Epoch, Is.EqualTo(epoch));
        if (endOffset >= 0)
            Assert.That(listener.NextOffset, Is.EqualTo(endOffset + 1));
        Assert.That(Topics(listener), Does.Contain("plain").And.Contain("__consumer_offsets"));
        var before = listener.Records.Count;
        await Append(node, listener, Topic("ours"));
        Snapshot(node, listener);
        await node.DisposeAsync();
        (_, listener) = await Start(isStatic: false, nodeId: nodeId);
        Assert.That(listener.Records, Has.Count.EqualTo(before + 1));
        AssertDumpLogReads();
    }

    [Test]
    public async Task Kafka_s_dump_log_reads_our_log_and_snapshots()
    {
        var (node, listener) = await Start();
        for (var i = 0; i < 20; i++)
            await Append(node, listener, Topic($"topic-{i}"));
        Snapshot(node, listener);
        await node.DisposeAsync();
        var (log, snapshot) = AssertDumpLogReads();
        Assert.Multiple(() =>
        {
            Assert.That(log, Does.Contain(
                """LeaderChange: {"version":0,"leaderId":1,"voters":[{"voterId":1}],"grantingVoters":[{"voterId":1}]}"""));
            Assert.That(log, Does.Contain("""payload: {"type":"TOPIC_RECORD","version":0,"data":{"name":"topic-19",""").IgnoreCase);
            Assert.That(snapshot, Does.Contain("SnapshotHeader").And.Contain("SnapshotFooter"));
            Assert.That(snapshot, Does.Contain("Snapshot end offset: 21, epoch: 1"));
            Assert.That(snapshot, Does.Contain("topic-19"));
        });
    }

    private string Folder => Path.Combine(_root, "__cluster_metadata-0");

    private async Task<(RaftNode<MetadataRecord> Node, MetadataListener Listener)> Start(
        bool isStatic = true, int nodeId = 1, TimeProvider? time = null, long retentionBytes = -1, int? segmentBytes =
            null, IFileSystem? files = null)
    {
        var configs = new Dictionary<string, string>();
        if (segmentBytes is { } bytes)
            configs["internal.metadata.log.segment.bytes"] = $"{bytes}";
        var values = ConfigValues.Parse(new ConfigSchema(RaftConfigs.All), configs);
        var storage = MetadataLogStorage.Open(
            files ?? new PhysicalFileSystem(), _root, values, time ?? TimeProvider.System, new Random(1), work => work(),
            NullLogger.Instance);
        var options = new RaftOptions
        {
            NodeId = nodeId,
            DirectoryId = Directory,
            StaticVoters = isStatic ? VoterSet.Parse([$"{nodeId}@localhost:9093"], "CONTROLLER") : VoterSet.Empty,
            RetentionBytes = retentionBytes,
        };
        var node = new RaftNode<MetadataRecord>(
            options, storage.Log, storage.Snapshots, storage.QuorumState, MetadataRecordSerde.Instance, time
                ?? TimeProvider.System, NullLogger.Instance);
        _nodes.Add(node);
        var listener = new MetadataListener();
        node.Register(listener);
        await node.StartAsync();
        return (node, listener);
    }

    private static async Task Append(RaftNode<MetadataRecord> node, MetadataListener listener, params MetadataRecord[] records)
    {
        var log = new RaftStateMachineLog<MetadataRecord>(node, node.LeaderAndEpoch.Epoch);
        var end = log.Append(records, isAtomic: true);
        log.Release();
        await listener.UntilOffset(end);
    }

    private static void Snapshot(RaftNode<MetadataRecord> node, MetadataListener listener)
    {
        using var writer = node.CreateSnapshot(new OffsetAndEpoch(listener.NextOffset, node.LeaderAndEpoch.Epoch), 0)!;
        writer.Append(listener.Records);
        writer.Freeze();
    }

    private static MetadataRecord Topic(string name) => new(new TopicRecord { Name = name, TopicId = new Uuid(7, name.Length) }, 0);

    private static IEnumerable<string> Topics(MetadataListener listener) =>
        listener.Records.Select(record => record.Message).OfType<TopicRecord>().Select(topic => topic.Name);

    private void Extract(string archive, string folder)
    {
        using var tar =
            new TarReader(new GZipStream(File.OpenRead(Vectors.Find($"log-dirs/{archive}.tar.gz")), CompressionMode.Decompress));
        var prefix = folder + "__cluster_metadata-0/";
        System.IO.Directory.CreateDirectory(Folder);
        while (tar.GetNextEntry() is { } entry)
        {
            var at = entry.Name.IndexOf(prefix, StringComparison.Ordinal);
            if (entry.EntryType == TarEntryType.RegularFile && at >= 0)
                entry.ExtractToFile(Path.Combine(Folder, entry.Name[(at + prefix.Length)..]), overwrite: true);
        }
    }

    private (string Log, string Snapshot) AssertDumpLogReads()
    {
        var log = DumpLog(System.IO.Directory.GetFiles(Folder, "*.log").Order().Last());
        var snapshot = DumpLog(System.IO.Directory.GetFiles(Folder, "*.checkpoint").Order().Last());
        Assert.That(log +
            snapshot, Does.Not.Contain("isvalid: false").And.Not.Contain("Exception").And.Not.Contain("Error").And.Not.Contain(
                "could not be decoded"));
        return (log, snapshot);
    }

    private static string DumpLog(string file)
    {
        var run = Vectors.TryFindKafkaRun();
        if (run is null)
            Assert.Ignore("Kafka's tools are not here (KAFKASHARP_KAFKA_HOME)");
        var start = new ProcessStartInfo(run!, ["dump-log", "--cluster-metadata-decoder", "--deep-iteration", "--files", file])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["HEAP"] = "-Xmx128m";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, error.Result);
        return output + error.Result;
    }
}
