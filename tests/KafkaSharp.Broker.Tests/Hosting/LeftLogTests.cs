using KafkaSharp.Broker.Tests.Handlers;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Broker.Tests.Hosting;

/// <summary>
/// A log has moved to another directory, and the end of the move waits for space there. At the next start this directory fails: what
/// the log has left lacks records that were acknowledged, and is not served.
/// </summary>
internal sealed class LeftLogTests
{
    private static readonly (string, string)[] s_directories =
        [("log.dirs", "/a,/b"), ("metadata.log.dir", "/m"), ("broker.heartbeat.interval.ms", "200")];

    private volatile string? _full;
    private volatile string? _keepsItsName;
    private volatile string? _broken;
    private FaultyFileSystem _files = null!;

    [SetUp]
    public void MakeFiles()
    {
        (_full, _keepsItsName, _broken) = (null, null, null);
        _files = new FaultyFileSystem(new MemoryFileSystem(TimeProvider.System, 1L << 30), Fault);
    }

    [Test]
    public async Task What_a_log_has_left_is_not_served_without_what_was_appended_since([Values] bool keepsItsName)
    {
        string place, target;
        await using (var node = await TestNode.StartAsync(_files, s_directories))
        {
            await node.CreateTopicAsync("t");
            await ProduceAsync(node, 3);
            (place, target) = _files.DirectoryExists("/a/t-0") ? ("/a", "/b") : ("/b", "/a");
            _full = target;
            _keepsItsName = keepsItsName ? place + "/t-0" : null;
            await AlterAsync(node, target);
            await Eventually.True(
                () => _files.DirectoryExists(target + "/t-0") && _files.EnumerateDirectories(place).Any(IsOld), "the change of the log");
            await ProduceAsync(node, 2);
        }
        Assert.That(_files.EnumerateDirectories(place).Any(IsOld));

        (_full, _keepsItsName, _broken) = (null, null, target);
        await using (var node = await TestNode.StartAsync(_files, s_directories))
        {
            await Eventually.True(
                () => node.Image.Topics.Partition("t", 0)!.Leader < 0 && node.Image.Cluster.Broker(1) is { Fenced: false },
                "that the partition has no leader");
            Assert.That((await FetchAsync(node, 0)).ErrorCode, Is.EqualTo(ErrorCode.KafkaStorageError));
            Assert.That(await ProduceAsync(node), Is.EqualTo(ErrorCode.KafkaStorageError));
            Assert.That(_files.EnumerateDirectories(place).Any(IsOld), "it is kept");
        }

        _broken = null;
        await using (var node = await TestNode.StartAsync(_files, s_directories))
        {
            await Eventually.True(async () => (await FetchAsync(node, 0)).ErrorCode == ErrorCode.None, "that the partition is served");
            Assert.That(await OffsetsAsync(node), Is.EqualTo(Enumerable.Range(0, 5)));
        }
    }

    private static bool IsOld(string path) =>
        Path.GetFileName(path) is var name && (name == "t-0" || name.EndsWith("-left-stray", StringComparison.Ordinal));

    private IOException? Fault(FileOperation operation, string path)
    {
        if (_broken is { } broken && path.StartsWith(broken, StringComparison.Ordinal))
            return new IOException("Input/output error", 5);
        var isFull = (operation == FileOperation.Write && _full is { } full && Path.GetDirectoryName(path) == full)
            || (operation == FileOperation.Rename && path == _keepsItsName);
        return isFull ? new IOException("No space left on device", 28) : null;
    }

    private static async Task AlterAsync(TestNode node, string directory)
    {
        var request = new AlterReplicaLogDirsRequest
        {
            Dirs = [new() { Path = directory, Topics = [new() { Name = "t", Partitions = [0] }] }],
        };
        var response = await node.AskAsync<AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse>(request, 2);
        Assert.That(response.Results.Single().Partitions.Single().ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    private static async Task ProduceAsync(TestNode node, int records)
    {
        for (var i = 0; i < records; i++)
            Assert.That(await ProduceAsync(node), Is.EqualTo(ErrorCode.None));
    }

    private static async Task<ErrorCode> ProduceAsync(TestNode node)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        builder.Append(1, default, "v"u8);
        var request = new ProduceRequest
        {
            Acks = -1,
            TimeoutMs = 10_000,
            TopicData = [new() { Name = "t", PartitionData = [new() { Index = 0, Records = builder.Build().ToArray() }] }],
        };
        var response = await node.AskAsync<ProduceRequest, ProduceResponse>(request, 11);
        return response.Responses[0].PartitionResponses[0].ErrorCode;
    }

    private static async Task<FetchResponse.PartitionData> FetchAsync(TestNode node, long offset)
    {
        var request = new FetchRequest
        {
            ReplicaId = -1,
            MaxBytes = 1 << 20,
            Topics = [new() { Topic = "t", Partitions = [new() { FetchOffset = offset, PartitionMaxBytes = 1 << 20 }] }],
        };
        return (await node.AskAsync<FetchRequest, FetchResponse>(request, 6)).Responses[0].Partitions[0];
    }

    private static async Task<List<long>> OffsetsAsync(TestNode node)
    {
        List<long> offsets = [];
        while (await FetchAsync(node, offsets.Count) is { Records: { Length: > 0 } records })
        {
            foreach (var batch in new RecordBatchReader(records.Span))
                offsets.Add(batch.BaseOffset);
        }
        return offsets;
    }
}
