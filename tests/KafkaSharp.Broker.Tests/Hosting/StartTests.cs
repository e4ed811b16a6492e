using KafkaSharp.Broker.Tests.Handlers;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Storage.Checkpoints;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Broker.Tests.Hosting;

/// <summary>Starts on directories that are not as the last stop left them, and on disks that fail.</summary>
internal sealed class StartTests
{
    private static readonly (string, string)[] s_two = [("log.dirs", "/a,/b")];

    private MemoryFileSystem _files = null!;

    [SetUp]
    public void MakeFiles() => _files = new MemoryFileSystem(TimeProvider.System, 1L << 30);

    [TestCase("/00000000000000000000.log", FileOperation.Write)]
    [TestCase("/quorum-state.tmp", FileOperation.Write)]
    [TestCase("/__cluster_metadata-0", FileOperation.Directory)]
    public void A_disk_that_is_full_is_why_it_does_not_start(string kind, FileOperation failing)
    {
        var files = new FaultyFileSystem(_files, (operation, path) =>
            operation == failing && path.EndsWith(kind, StringComparison.Ordinal) ? new IOException("No space left on device", 28) : null);

        Assert.That(async () => await TestNode.StartAsync(files),
            Throws.InstanceOf<BrokerStartException>().With.Message.Contains("No space left on device"));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void A_disk_that_fills_up_while_the_broker_joins_is_why_it_does_not_start(int writesLeft)
    {
        var files = new FaultyFileSystem(_files, (operation, path) =>
            operation == FileOperation.Write && path.EndsWith("/00000000000000000000.log", StringComparison.Ordinal) && writesLeft-- <= 0
                ? new IOException("No space left on device", 28) : null);

        Assert.That(async () => await TestNode.StartAsync(files),
            Throws.InstanceOf<BrokerStartException>().With.Message.Contains("No space left on device"));
    }

    [Test]
    public void A_start_that_is_called_off_leaves_nothing_behind()
    {
        using var called = new CancellationTokenSource();
        var files = new FaultyFileSystem(_files, (operation, path) =>
        {
            // In the middle of the start: the quorum has started, the broker has not registered.
            if (operation == FileOperation.Write && path.EndsWith("/quorum-state.tmp", StringComparison.Ordinal))
                called.Cancel();
            return null;
        });

        Assert.That(async () => await TestNode.StartAsync(files, cancellation: called.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(_files.FileExists("/data/.kafka_cleanshutdown"));
        using var free = _files.TryLock("/data/.lock");
        Assert.That(free, Is.Not.Null);
    }

    [Test]
    public async Task A_data_disk_replaced_by_an_empty_one_takes_its_partitions_and_no_more()
    {
        var (topics, lost) = await FillAsync();
        Empty(lost);
        new MetaProperties { ClusterId = ClusterId(), NodeId = 1, DirectoryId = new Uuid(5, 6) }.Write(
            _files, lost, DateTimeOffset.UnixEpoch);

        await using var node = await TestNode.StartAsync(_files, s_two);

        var leaders = await LeadersAsync(node);
        Assert.That(topics.Select(t => leaders[t.Name] == 1), Is.EqualTo(topics.Select(t => t.Directory != lost)));
    }

    [Test]
    public async Task A_data_directory_whose_properties_are_garbage_is_offline_alone()
    {
        var (topics, broken) = await FillAsync();
        using (var file = _files.OpenFile($"{broken}/meta.properties", StorageFileMode.Open))
            file.SetLength(0);

        await using var node = await TestNode.StartAsync(_files, s_two);

        var leaders = await LeadersAsync(node);
        Assert.That(topics.Select(t => leaders[t.Name] == 1), Is.EqualTo(topics.Select(t => t.Directory != broken)));
    }

    [Test]
    public async Task The_metadata_directory_is_not_formatted_anew_beside_others()
    {
        await FillAsync();
        Empty("/a");

        Assert.That(async () => await TestNode.StartAsync(_files, s_two),
            Throws.InstanceOf<BrokerStartException>().With.Message.Contains("/a is not formatted, but /b is"));
        Assert.That(_files.FileExists("/a/meta.properties"), Is.False);
    }

    [Test]
    public async Task A_metadata_directory_that_has_lost_its_properties_is_not_formatted_anew()
    {
        await using (await TestNode.StartAsync(_files))
        {
        }
        _files.DeleteFile("/data/meta.properties");

        Assert.That(async () => await TestNode.StartAsync(_files),
            Throws.InstanceOf<BrokerStartException>().With.Message.Contains("/data/meta.properties is missing"));
        Assert.That(_files.FileExists("/data/meta.properties"), Is.False);
    }

    [Test]
    public async Task Formatting_that_a_crash_has_interrupted_is_repeated()
    {
        var files = new FaultyFileSystem(_files, (operation, path) =>
            operation == FileOperation.Rename && path.Contains("/meta.properties", StringComparison.Ordinal)
                ? new IOException("crash") : null);
        Assert.That(async () => await TestNode.StartAsync(files), Throws.InstanceOf<BrokerStartException>());
        Assert.That(_files.FileExists("/data/bootstrap.checkpoint"));

        await using var node = await TestNode.StartAsync(_files);

        Assert.That(node.ClusterId, Is.Not.Empty);
    }

    [TestCase("/data/bootstrap.checkpoint", "bootstrap.checkpoint cannot be read")]
    [TestCase("/data/__cluster_metadata-0/00000000000000000000-0000000000.checkpoint", "0000000000.checkpoint cannot be read")]
    [TestCase("/data/__cluster_metadata-0/quorum-state", "quorum-state cannot be read")]
    public async Task A_damaged_file_of_the_metadata_is_why_it_does_not_start(string path, string reason)
    {
        await using (await TestNode.StartAsync(_files))
        {
        }
        using (var file = _files.OpenFile(path, StorageFileMode.Open))
            file.SetLength(file.Length / 2);

        Assert.That(async () => await TestNode.StartAsync(_files), Throws.InstanceOf<BrokerStartException>()
            .With.Message.Contains("The metadata in /data is damaged").And.Message.Contains(reason));
    }

    [Test]
    public async Task A_metadata_directory_whose_properties_are_garbage_is_refused()
    {
        await FillAsync();
        using (var file = _files.OpenFile("/a/meta.properties", StorageFileMode.Open))
            file.SetLength(0);

        Assert.That(async () => await TestNode.StartAsync(_files, s_two),
            Throws.InstanceOf<BrokerStartException>().With.Message.Contains("/a/meta.properties"));
    }

    // Topics in both directories, and the directory without the metadata.
    private async Task<((string Name, string Directory)[] Topics, string DataDirectory)> FillAsync()
    {
        string[] names = ["t", "u", "v", "w"];
        await using (var node = await TestNode.StartAsync(_files, s_two))
        {
            foreach (var name in names)
                await node.CreateTopicAsync(name);
            await Eventually.True(
                () => node.Image.Topics.ById.Values.All(topic => topic.Partition(0)!.Directory(1) != DirectoryId.Unassigned),
                "the assignments of directories");
        }
        var topics = Array.ConvertAll(names, name => (name, _files.DirectoryExists($"/a/{name}-0") ? "/a" : "/b"));
        Assert.That(topics.Select(t => t.Item2).Distinct().Order(), Is.EqualTo(new[] { "/a", "/b" }));
        return (topics, "/b");
    }

    private void Empty(string directory)
    {
        _files.DeleteDirectory(directory);
        _files.CreateDirectory(directory);
    }

    private string ClusterId() => MetaProperties.Read(_files, "/a")!.ClusterId!;

    private static async Task<Dictionary<string, int>> LeadersAsync(TestNode node)
    {
        var response = await node.AskAsync<MetadataRequest, MetadataResponse>(new MetadataRequest { Topics = null }, 12);
        return response.Topics.ToDictionary(topic => topic.Name!, topic => topic.Partitions.Single().LeaderId);
    }
}
