using System.CommandLine;
using KafkaSharp.Broker;
using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Hosting;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Server.Commands;

/// <summary><c>kafkasharp format</c>: formats log directories, with the options of <c>kafka-storage format</c>.</summary>
internal static class FormatCommand
{
    public static Command Create()
    {
        var config = new ConfigOptions();
        var clusterId = new Option<string>("--cluster-id", "-t") { Description = "The cluster id.", Required = true, HelpName = "UUID" };
        var ignore = new Option<bool>("--ignore-formatted", "-g") { Description = "Skip directories that are already formatted." };
        var release = new Option<string?>("--release-version", "-r")
        {
            Description = "The release whose feature levels the cluster starts with. Default: the newest.",
            HelpName = "VERSION",
        };
        var features = new Option<string[]>("--feature", "-f")
        {
            Description = "The level of one feature, for example group.version=1. Can be repeated.",
            HelpName = "NAME=LEVEL",
        };
        var standalone = new Option<bool>("--standalone", "-s")
        {
            Description = "Start a dynamic quorum with this node as its only voter.",
        };
        var noInitial = new Option<bool>("--no-initial-controllers", "-N")
        {
            Description = "Write no voters: the node will be added to a quorum of other nodes.",
        };
        var initial = new Option<string?>("--initial-controllers", "-I")
        {
            Description = "Start a dynamic quorum with these voters. Only this node can be one yet.",
            HelpName = "ID@HOST:PORT:DIRECTORY",
        };
        var command = new Command("format", "Format the log directories for a cluster.");
        config.AddTo(command);
        foreach (var option in (Option[])[clusterId, ignore, release, features, standalone, noInitial, initial])
            command.Options.Add(option);
        command.SetAction(result =>
        {
            try
            {
                var (file, overrides) = config.Read(result);
                var formatter = new StorageFormatter(
                    BrokerConfiguration.Load(file, overrides), new PhysicalFileSystem(), TimeProvider.System, SystemRandom.Create())
                {
                    ClusterId = result.GetRequiredValue(clusterId),
                    IgnoreFormatted = result.GetValue(ignore),
                    ReleaseVersion = result.GetValue(release),
                    Features = result.GetValue(features) ?? [],
                    Standalone = result.GetValue(standalone),
                    NoInitialControllers = result.GetValue(noInitial),
                    InitialControllers = result.GetValue(initial),
                };
                formatter.Run(result.InvocationConfiguration.Output.WriteLine);
                return 0;
            }
            catch (Exception e) when (e is CommandException or BrokerStartException)
            {
                result.InvocationConfiguration.Error.WriteLine(e.Message);
                return 1;
            }
        });
        return command;
    }
}
