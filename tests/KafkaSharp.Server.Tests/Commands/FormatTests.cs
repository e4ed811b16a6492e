using System.Diagnostics;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Server.Tests.Commands;

/// <summary>
/// The output and the errors of <c>kafkasharp format</c>. The texts are those of <c>kafka-storage format</c> of Apache Kafka 4.3.1.
/// </summary>
[TestFixture]
internal sealed class FormatTests : ServerTest
{
    [Test]
    public async Task It_formats_once_and_reports_it_like_the_genuine_tool()
    {
        var file = WriteProperties();

        var first = await Kafkasharp.RunAsync(Folder, "format", "-t", ClusterId, "-c", file);
        var second = await Kafkasharp.RunAsync(Folder, "format", "-t", ClusterId, "-c", file);
        var third = await Kafkasharp.RunAsync(Folder, "format", "--cluster-id", ClusterId, "--config", file, "--ignore-formatted");

        Assert.That(first.Output, Is.EqualTo(new[] { $"Formatting metadata directory {Path("data")} with metadata.version 4.3-IV0." }),
            first.ErrorText);
        Assert.That(first.ExitCode, Is.Zero);
        second.AssertOneSentence(
            $"Log directory {Path("data")} is already formatted. Use --ignore-formatted to ignore this directory and format the others.");
        Assert.That(third.ExitCode, Is.Zero);
        Assert.That(third.Output, Is.EqualTo(new[] { "All of the log directories are already formatted." }));
    }

    [Test]
    public async Task A_directory_that_cannot_be_created_is_refused()
    {
        File.WriteAllText(Path("file"), "");

        var ended = await Kafkasharp.RunAsync(Folder, "format", "-t", ClusterId, "--override", $"log.dirs={Path("file", "data")}");

        ended.AssertOneSentence("The log directories cannot be formatted", Path("file", "data"));
    }

    [Test]
    public async Task A_broker_starts_on_the_formatted_directory()
    {
        var file = WriteProperties();
        await Kafkasharp.RunAsync(Folder, "format", "-t", ClusterId, "-c", file);

        using var broker = await Kafkasharp.ServingAsync(Folder, "--config", file);

        Assert.That(await AskApiVersionsAsync(broker.Port()), Is.Zero);
        Assert.That(broker.Output, Has.Some.Contains(ClusterId));
        Assert.That(File.ReadLines(Path("data", "meta.properties")), Has.Member($"cluster.id={ClusterId}"));
    }

    [Test]
    public async Task Standalone_stores_the_voter_in_the_log_and_a_broker_starts_on_it()
    {
        var formatted = await Kafkasharp.RunAsync(Folder, "format", "-t", ClusterId, "--standalone");
        Assert.That(
            formatted.Output,
            Is.EqualTo(new[] { $"Formatting dynamic metadata voter directory {Path("kafkasharp-data")} with metadata.version 4.3-IV0." }));

        using var broker = await Kafkasharp.ServingAsync(Folder, "--override", AnyPort);

        Assert.That(await AskApiVersionsAsync(broker.Port()), Is.Zero);
    }

    [Test]
    public async Task Standalone_together_with_configured_voters_is_refused()
    {
        var ended = await Kafkasharp.RunAsync(Folder, "format", "-t", ClusterId, "-c", WriteProperties(), "--standalone");

        ended.AssertOneSentence(
            "You cannot specify controller.quorum.voters and format the node with --initial-controllers or --standalone.");
        Assert.That(Directory.Exists(Path("data")), Is.False);
    }

    [Test]
    public async Task The_initial_controller_has_the_given_directory_id_and_a_broker_starts_on_it()
    {
        const string DirectoryId = "JEXY6aqzQY-32P5TStzaFg";
        var formatted = await Kafkasharp.RunAsync(
            Folder, "format", "-t", ClusterId, "-I", $"1@localhost:9093:{DirectoryId}", "--override", "node.id=1");
        Assert.That(
            formatted.Output,
            Is.EqualTo(new[] { $"Formatting dynamic metadata voter directory {Path("kafkasharp-data")} with metadata.version 4.3-IV0." }),
            formatted.ErrorText);
        Assert.That(File.ReadLines(Path("kafkasharp-data", "meta.properties")), Has.Member($"directory.id={DirectoryId}"));

        using var broker = await Kafkasharp.ServingAsync(Folder, "--override", AnyPort, "--override", "node.id=1");

        Assert.That(await AskApiVersionsAsync(broker.Port()), Is.Zero);
    }

    [Test]
    public async Task Without_initial_controllers_no_voter_is_written_and_the_start_is_refused_until_there_are_quorums()
    {
        var formatted = await Kafkasharp.RunAsync(Folder, "format", "-t", ClusterId, "--no-initial-controllers");
        Assert.That(
            formatted.Output,
            Is.EqualTo(new[] { $"Formatting metadata directory {Path("kafkasharp-data")} with metadata.version 4.3-IV0." }));
        Assert.That(Directory.Exists(Path("kafkasharp-data", "__cluster_metadata-0")), Is.False);

        var ended = await Kafkasharp.RunAsync(Folder, "start", "--override", AnyPort);

        Assert.That(ended.ExitCode, Is.EqualTo(1));
        Assert.That(ended.ErrorText, Does.Contain("joining the quorum of other nodes is not supported yet"));
    }

    [TestCase("--initial-controllers names the voters 1, 2, but KafkaSharp does not support a quorum of several nodes yet",
        "-I", "1@a:1:JEXY6aqzQY-32P5TStzaFg,2@b:1:MvDxzVmcRsaTz33bUuRU6A")]
    [TestCase("--initial-controllers names the voters 7,", "-I", "7@a:1:JEXY6aqzQY-32P5TStzaFg")]
    [TestCase("Failed to parse directory ID in dynamic voter string.", "-I", "1@a:1:x")]
    [TestCase("Node id 1 was specified more than once.", "-I", "1@a:1:JEXY6aqzQY-32P5TStzaFg,1@b:1:MvDxzVmcRsaTz33bUuRU6A")]
    [TestCase("Only one of --standalone, --no-initial-controllers and --initial-controllers can be given.", "-s", "-N")]
    [TestCase("Cannot set kraft.version to 0 if controller.quorum.voters is empty", "-s", "--feature", "kraft.version=0")]
    [TestCase("No feature:kraft.version with feature level 2", "-s", "--feature", "kraft.version=2")]
    public async Task Initial_controllers_that_cannot_be_are_refused_and_nothing_is_written(string message, params string[] options)
    {
        var ended = await Kafkasharp.RunAsync(Folder, ["format", "-t", ClusterId, "--override", "node.id=1", .. options]);

        ended.AssertOneSentence(message);
        Assert.That(Directory.Exists(Path("kafkasharp-data")), Is.False);
    }

    [Test]
    public async Task A_release_and_features_are_written()
    {
        var ended = await Kafkasharp.RunAsync(
            Folder, "format", "-t", ClusterId, "-c", WriteProperties(), "--release-version", "4.0", "--feature", "group.version=0");

        Assert.That(ended.ExitCode, Is.Zero, ended.ErrorText);
        Assert.That(ended.OutputText, Does.Contain("with metadata.version 4.0-IV3."));
    }

    [TestCase("--release-version", "9.9", "Unknown metadata.version '9.9'. Supported metadata.version are: 3.3-IV3, 3.4-IV0, ")]
    [TestCase("--release-version", "4.4-IV0", "Unknown metadata.version '4.4-IV0'.")]
    [TestCase("--feature", "metadata.version=31", "metadata.version 4.4-IV0 is not yet stable.")]
    [TestCase("--feature", "metadata.version=32",
        "No MetadataVersion with feature level 32. Valid feature levels are from 7 to 31.")]
    [TestCase("--feature", "kraft.version=1", "Cannot set kraft.version to 1 unless controller.quorum.voters is empty")]
    [TestCase("--feature", "share.version=1", "share.version cannot be set to 1: KafkaSharp does not serve this feature yet.")]
    [TestCase("--feature", "nope=1", "Unsupported feature: nope")]
    [TestCase("--feature", "group.version=99", "No feature:group.version with feature level 99")]
    [TestCase("--feature", "group.version", "Can't parse feature=level string group.version: equals sign not found.")]
    public async Task An_unknown_release_or_feature_is_refused_and_nothing_is_written(string option, string value, string part)
    {
        var ended = await Kafkasharp.RunAsync(Folder, "format", "-t", ClusterId, "-c", WriteProperties(), option, value);

        ended.AssertOneSentence(part);
        Assert.That(Directory.Exists(Path("data")), Is.False);
    }

    [TestCase("Use --release-version instead of --feature metadata.version=X to avoid ambiguity.",
        "--release-version", "4.0", "--feature", "metadata.version=25")]
    [TestCase("eligible.leader.replicas.version could not be set to 1 because it depends on metadata.version level 23",
        "--release-version", "3.5", "--feature", "eligible.leader.replicas.version=1")]
    public async Task Levels_that_contradict_each_other_are_refused_and_nothing_is_written(string message, params string[] options)
    {
        var ended = await Kafkasharp.RunAsync(Folder, ["format", "-t", ClusterId, "-c", WriteProperties(), .. options]);

        ended.AssertOneSentence(message);
        Assert.That(Directory.Exists(Path("data")), Is.False);
    }

    [Test]
    public async Task Of_a_feature_given_twice_the_last_level_counts()
    {
        var ended = await Kafkasharp.RunAsync(
            Folder, "format", "-t", ClusterId, "-c", WriteProperties(), "--feature", "group.version=9", "--feature", "group.version=0");

        Assert.That(ended.ExitCode, Is.Zero, ended.ErrorText);
    }

    [Test]
    public async Task Unstable_levels_can_be_admitted_and_a_broker_starts_on_them()
    {
        var file = WriteProperties("unstable.feature.versions.enable=true");
        foreach (var refused in (string[])["4.4", "4.5-IV0"])
        {
            (await Kafkasharp.RunAsync(Folder, "format", "-t", ClusterId, "-c", file, "--release-version", refused)).AssertOneSentence(
                $"Unknown metadata.version '{refused}'.", "4.3-IV0, 4.4-IV0");
        }

        var ended = await Kafkasharp.RunAsync(Folder, "format", "-t", ClusterId, "-c", file);
        using var broker = await Kafkasharp.ServingAsync(Folder, "--config", file);

        Assert.That(ended.OutputText, Does.Contain("with metadata.version 4.4-IV0."));
        Assert.That(await AskApiVersionsAsync(broker.Port()), Is.Zero);
    }

    [Test]
    public async Task A_broker_that_does_not_admit_unstable_levels_does_not_start_on_them()
    {
        await Kafkasharp.RunAsync(
            Folder, "format", "-t", ClusterId, "--override", "unstable.feature.versions.enable=true", "--release-version", "4.4-IV0");

        var ended = await Kafkasharp.RunAsync(
            Folder, "start", "--override", AnyPort, "--override", "initial.broker.registration.timeout.ms=500");

        Assert.That(ended.ExitCode, Is.EqualTo(1));
    }

    [Test]
    public async Task Any_text_is_a_cluster_id()
    {
        var ended = await Kafkasharp.RunAsync(Folder, "format", "-t", "my-cluster");
        using var broker = await Kafkasharp.ServingAsync(Folder, "--override", AnyPort);

        Assert.That(ended.ExitCode, Is.Zero, ended.ErrorText);
        Assert.That(await AskApiVersionsAsync(broker.Port()), Is.Zero);
    }

    [Test]
    public async Task The_directory_of_another_cluster_is_refused()
    {
        var file = WriteProperties();
        await Kafkasharp.RunAsync(Folder, "format", "-t", ClusterId, "-c", file);

        var ended = await Kafkasharp.RunAsync(Folder, "format", "-t", "MkU3OEVBNTcwNTJENDM2Qw", "-c", file, "--ignore-formatted");

        ended.AssertOneSentence(ClusterId, "MkU3OEVBNTcwNTJENDM2Qw");
    }

    [Test]
    public async Task A_cluster_id_is_required()
    {
        var ended = await Kafkasharp.RunAsync(Folder, "format");

        Assert.That(ended.ExitCode, Is.EqualTo(1));
        Assert.That(ended.ErrorText, Does.Contain("--cluster-id"));
    }

    [Test]
    public async Task The_genuine_tools_read_the_bootstrap_checkpoint()
    {
        if (Vectors.TryFindKafkaRun() is not { } kafkaRun)
        {
            Assert.Ignore("The genuine Kafka is not here: set KAFKASHARP_KAFKA_HOME");
            return;
        }
        await Kafkasharp.RunAsync(Folder, "format", "-t", ClusterId, "-c", WriteProperties());

        var start = new ProcessStartInfo(
            kafkaRun, ["dump-log", "--cluster-metadata-decoder", "--files", Path("data", "bootstrap.checkpoint")])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["HEAP"] = "-Xmx128m";
        using var dump = Process.Start(start)!;
        var text = await dump.StandardOutput.ReadToEndAsync();
        await dump.WaitForExitAsync();

        Assert.That(dump.ExitCode, Is.Zero);
        Assert.That(text, Does.Contain("SnapshotHeader").And.Contain("SnapshotFooter"));
        (string Name, int Level)[] features =
        [
            ("metadata.version", 30), ("eligible.leader.replicas.version", 1), ("group.version", 1), ("transaction.version", 2),
        ];
        foreach (var (name, level) in features)
            Assert.That(text, Does.Contain($"\"name\":\"{name}\",\"featureLevel\":{level}"));
        foreach (var notServed in (string[])["share.version", "streams.version"])
            Assert.That(text, Does.Not.Contain(notServed));
    }
}
