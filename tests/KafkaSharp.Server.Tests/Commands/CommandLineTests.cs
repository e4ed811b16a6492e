using KafkaSharp.Protocol;

namespace KafkaSharp.Server.Tests.Commands;

[TestFixture]
internal sealed class CommandLineTests : ServerTest
{
    [Test]
    public async Task Random_uuid_prints_a_new_valid_id()
    {
        var first = await Kafkasharp.RunAsync(Folder, "random-uuid");
        var second = await Kafkasharp.RunAsync(Folder, "random-uuid");

        Assert.That(first.ExitCode, Is.Zero);
        Assert.That(first.Output, Has.Count.EqualTo(1));
        Assert.That(Uuid.TryParse(first.Output[0], out var id) && !id.IsZero);
        Assert.That(second.OutputText, Is.Not.EqualTo(first.OutputText));
    }

    [TestCase("", "start", "dev", "format", "random-uuid")]
    [TestCase("dev", "--topic", "--port", "--seed", "--faults", "--virtual-time", "--control-port", "--parent-pid", "9092")]
    [TestCase("start", "--config", "--override", "--log-level", "127.0.0.1:9092", "kafkasharp-data")]
    [TestCase("format", "--cluster-id", "--config", "--ignore-formatted", "--release-version", "--feature", "--standalone",
        "--no-initial-controllers", "--initial-controllers", "NAME=LEVEL")]
    [TestCase("random-uuid", "uuid")]
    public async Task Help_lists_commands_and_options(string command, params string[] parts)
    {
        string[] arguments = command.Length == 0 ? ["--help"] : [command, "--help"];

        var help = await Kafkasharp.RunAsync(Folder, arguments);

        Assert.That(help.ExitCode, Is.Zero);
        Assert.That(help.Error, Is.Empty);
        foreach (var part in parts)
            Assert.That(help.OutputText, Does.Contain(part));
    }

    [Test]
    public async Task An_unknown_command_is_refused()
    {
        var ended = await Kafkasharp.RunAsync(Folder, "strat");

        Assert.That(ended.ExitCode, Is.EqualTo(1));
        Assert.That(ended.ErrorText, Does.Contain("strat"));
    }
}
