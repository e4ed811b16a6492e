using System.CommandLine;
using KafkaSharp.Protocol;

namespace KafkaSharp.Server.Commands;

/// <summary>
/// <c>kafkasharp random-uuid</c>: prints a random UUID for use as a cluster id or directory id (like <c>kafka-storage random-uuid</c>).
/// </summary>
internal static class RandomUuidCommand
{
    public static Command Create()
    {
        var command = new Command("random-uuid", "Print a random UUID, for use as a cluster id.");
        command.SetAction(result => result.InvocationConfiguration.Output.WriteLine(Uuid.Random(SystemRandom.Create())));
        return command;
    }
}
