using System.CommandLine;
using KafkaSharp.Protocol;

namespace KafkaSharp.Server.Commands;

/// <summary><c>kafkasharp random-uuid</c>: prints a fresh id, for a cluster id or a directory id.</summary>
static class RandomUuidCommand
{
    public static Command Create()
    {
        var command = new Command("random-uuid", "Print a random uuid, as a cluster id wants it.");
        command.SetAction(result => result.InvocationConfiguration.Output.WriteLine(Uuid.Random(SystemRandom.Create())));
        return command;
    }
}
