using System.Net.Sockets;

namespace KafkaSharp.Server.Tests.Commands;

[TestFixture]
internal sealed class StartTests : ServerTest
{
    [Test]
    public async Task A_broker_starts_without_a_file_and_sigterm_stops_it_cleanly()
    {
        using var broker = await Kafkasharp.ServingAsync(Folder, "--override", AnyPort);

        Assert.That(await AskApiVersionsAsync(broker.Port()), Is.Zero);
        Assert.That(File.Exists(Path("kafkasharp-data", "meta.properties")));

        var ended = await broker.TerminateAsync();
        Assert.That(ended.ExitCode, Is.Zero, ended.ErrorText);
        Assert.That(ended.Output.Count(line => line.Contains("KafkaSharp serves on")), Is.EqualTo(1));
        Assert.That(ended.Output.Where(line => line.Contains(" WARN ") || line.Contains("ERROR")), Is.Empty);
        Assert.That(File.Exists(Path("kafkasharp-data", ".kafka_cleanshutdown")));
    }

    [Test]
    public async Task A_restart_on_the_same_directory_keeps_the_cluster_id()
    {
        string ClusterOf() => File.ReadLines(Path("kafkasharp-data", "meta.properties")).Single(line => line.StartsWith("cluster.id="));
        using (var first = await Kafkasharp.ServingAsync(Folder, "--override", AnyPort))
            await first.TerminateAsync();
        var cluster = ClusterOf();

        using var second = await Kafkasharp.ServingAsync(Folder, "--override", AnyPort);

        Assert.That(await AskApiVersionsAsync(second.Port()), Is.Zero);
        Assert.That(ClusterOf(), Is.EqualTo(cluster));
        Assert.That(second.Output, Has.None.Contains("Formatted"));
    }

    [Test]
    public async Task An_unmodified_genuine_file_works()
    {
        var file = WriteProperties(
            "num.partitions=1", "offsets.topic.replication.factor=1", "transaction.state.log.replication.factor=1",
            "transaction.state.log.min.isr=1", "share.coordinator.state.topic.replication.factor=1",
            "share.coordinator.state.topic.min.isr=1", "group.initial.rebalance.delay.ms=0");

        using var broker = await Kafkasharp.ServingAsync(Folder, "--config", file);

        Assert.That(await AskApiVersionsAsync(broker.Port()), Is.Zero);
        Assert.That(await AskApiVersionsAsync(broker.Port("CONTROLLER")), Is.Zero);
    }

    [Test]
    public async Task A_second_instance_on_the_same_directory_is_refused()
    {
        using var first = await Kafkasharp.ServingAsync(Folder, "--override", AnyPort);

        var second = await Kafkasharp.RunAsync(Folder, "start", "--override", AnyPort);

        second.AssertOneSentence(Path("kafkasharp-data"));
    }

    [Test]
    public async Task A_port_in_use_is_refused()
    {
        using var first = await Kafkasharp.ServingAsync(Folder, "--override", AnyPort);
        var port = first.Port();

        var second = await Kafkasharp.RunAsync(
            Folder, "start", "--override", $"listeners=PLAINTEXT://127.0.0.1:{port}", "--override", $"log.dirs={Path("other")}");

        second.AssertOneSentence($"{port}");
    }

    [Test]
    public async Task The_directory_of_another_node_is_refused()
    {
        await Kafkasharp.RunAsync(Folder, "format", "-t", ClusterId);

        var ended = await Kafkasharp.RunAsync(Folder, "start", "--override", AnyPort, "--override", "node.id=2");

        ended.AssertOneSentence("another node", "node.id 1", "2 is expected", Path("kafkasharp-data"));
    }

    [Test]
    public async Task Directories_of_two_clusters_are_refused()
    {
        await Kafkasharp.RunAsync(Folder, "format", "-t", ClusterId, "--override", "log.dirs=a");
        await Kafkasharp.RunAsync(Folder, "format", "-t", "MkU3OEVBNTcwNTJENDM2Qw", "--override", "log.dirs=b");

        var ended = await Kafkasharp.RunAsync(Folder, "start", "--override", AnyPort, "--override", "log.dirs=a,b");

        ended.AssertOneSentence("another cluster", ClusterId, "MkU3OEVBNTcwNTJENDM2Qw");
    }

    [Test]
    public async Task A_directory_that_cannot_be_created_is_refused()
    {
        File.WriteAllText(Path("file"), "");

        var ended = await Kafkasharp.RunAsync(Folder, "start", "--override", AnyPort, "--override", $"log.dirs={Path("file", "data")}");

        ended.AssertOneSentence(Path("file"), "Make sure that this user can write there", "set log.dirs to another directory");
    }

    [Test]
    public async Task All_invalid_values_are_reported_together()
    {
        var ended = await Kafkasharp.RunAsync(
            Folder, "start", "--override", "num.partitions=0", "--override", "log.segment.bytes=big", "--override", "node.id=-4",
            "--override", "listeners=PLAINTEXT://127.0.0.1:http");

        Assert.That(ended.ExitCode, Is.EqualTo(1));
        Assert.That(ended.ErrorText, Does.Contain("4 faults in the configuration"));
        Assert.That(ended.Error, Has.Some.Contains("Invalid value 0 for configuration num.partitions: Value must be at least 1"));
        Assert.That(ended.Error, Has.Some.Contains("Invalid value big for configuration log.segment.bytes: Not a number of type INT"));
        Assert.That(ended.Error, Has.Some.Contains("Invalid value -4 for configuration node.id: Value must be at least 0"));
        Assert.That(ended.Error, Has.Some.Contains("PLAINTEXT://127.0.0.1:http for configuration listeners"));
        Assert.That(ended.ErrorText, Does.Not.Contain("   at "));
    }

    [TestCase("max.connections.per.ip.overrides=nonsense", "max.connections.per.ip.overrides")]
    [TestCase("controller.quorum.voters=nonsense", "controller.quorum.voters")]
    [TestCase("controller.quorum.voters=7@127.0.0.1:9093", "voters")]
    [TestCase("listener.security.protocol.map=nonsense", "listener.security.protocol.map")]
    [TestCase("listeners=PLAINTEXT://127.0.0.1:0,SSL://127.0.0.1:0", "SSL")]
    [TestCase("log.dirs=", "log.dirs")]
    public async Task A_value_that_only_its_component_validates_is_also_reported_in_one_sentence(string property, string part)
    {
        var ended = await Kafkasharp.RunAsync(Folder, "start", "--override", AnyPort, "--override", property);

        ended.AssertOneSentence(part);
    }

    [Test]
    public async Task The_wildcard_address_cannot_be_advertised()
    {
        var ended = await Kafkasharp.RunAsync(Folder, "start", "--override", "listeners=PLAINTEXT://0.0.0.0:0");

        ended.AssertOneSentence("advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable IP address.");
    }

    [Test]
    public async Task Unknown_and_inactive_keys_are_reported_once()
    {
        using var broker = await Kafkasharp.ServingAsync(
            Folder, "--override", AnyPort, "--override", "num.partition=1", "--override", "group.share.max.size=3", "--override",
            "zookeeper.connect=localhost:2181");

        Assert.That(broker.Output.Count(line => line.Contains("num.partition ")), Is.EqualTo(1));
        Assert.That(broker.Output[0], Does.Contain(" WARN ").And.Contains(
            "num.partition is no key of Kafka and has no effect: did you mean num.partitions?"));
        Assert.That(broker.Output[1], Does.Contain("zookeeper.connect was removed in Kafka 4.0").And.Contains("set process.roles"));
    }

    [Test]
    public async Task Unknown_keys_are_named_before_the_faults()
    {
        var ended = await Kafkasharp.RunAsync(Folder, "start", "--override", "num.partitions=0", "--override", "log.dir.=/x");

        Assert.That(ended.ExitCode, Is.EqualTo(1));
        Assert.That(ended.Error.Select(line => line.Trim()), Is.EqualTo(new[]
        {
            "kafkasharp: 1 fault in the configuration:",
            "log.dir. is no key of Kafka and has no effect: did you mean log.dir?",
            "Invalid value 0 for configuration num.partitions: Value must be at least 1",
        }));
    }

    [Test]
    public async Task The_file_can_be_given_as_kafka_server_start_takes_it()
    {
        using var broker = await Kafkasharp.ServingAsync(Folder, WriteProperties(), "--override", "num.partitions=2");

        Assert.That(await AskApiVersionsAsync(broker.Port()), Is.Zero);
    }

    [Test]
    public async Task A_file_that_is_given_twice_is_refused()
    {
        var file = WriteProperties();

        var ended = await Kafkasharp.RunAsync(Folder, "start", file, "--config", file);

        ended.AssertOneSentence("given twice");
    }

    [Test]
    public async Task An_unknown_log_level_is_refused_with_the_levels_there_are()
    {
        var ended = await Kafkasharp.RunAsync(Folder, "start", "--log-level", "Foo");

        Assert.That(ended.ExitCode, Is.EqualTo(1));
        Assert.That(ended.ErrorText, Does.Contain(
            "The value of --log-level must be trace, debug, info, warn, error, fatal or off, but it is 'Foo'."));
        Assert.That(ended.ErrorText, Does.Not.Contain("Microsoft"));
    }

    [Test]
    public async Task A_client_of_another_protocol_is_named()
    {
        using var broker = await Kafkasharp.ServingAsync(Folder, "--override", AnyPort);
        using var client = new TcpClient("127.0.0.1", broker.Port());

        await client.GetStream().WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());

        await broker.WaitForLogAsync("it sent an HTTP request, but this port speaks the Kafka protocol");
    }

    [Test]
    public async Task The_error_for_a_missing_configuration_file_names_it()
    {
        var ended = await Kafkasharp.RunAsync(Folder, "start", "--config", Path("none.properties"));

        ended.AssertOneSentence(Path("none.properties"));
    }

    [Test]
    public async Task A_directory_is_refused_as_a_configuration_file()
    {
        var ended = await Kafkasharp.RunAsync(Folder, "start", "--config", Folder);

        ended.AssertOneSentence(Folder, "it is a directory");
    }

    [Test]
    public async Task An_override_without_equals_is_refused()
    {
        var ended = await Kafkasharp.RunAsync(Folder, "start", "--override", "node.id");

        ended.AssertOneSentence("KEY=VALUE", "node.id");
    }

    [Test]
    public async Task The_log_level_is_applied()
    {
        using var broker = await Kafkasharp.ServingAsync(Folder, "--override", AnyPort, "--log-level", "info");
        var ended = await Kafkasharp.RunAsync(Folder, "start", "--override", AnyPort, "--log-level", "FATAL");

        Assert.That(ended.Output, Is.Empty);
        ended.AssertOneSentence(Path("kafkasharp-data"));
    }
}
