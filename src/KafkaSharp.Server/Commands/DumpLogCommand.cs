using System.CommandLine;
using KafkaSharp.Server.DumpLog;
using KafkaSharp.Server.DumpLog.Records;

namespace KafkaSharp.Server.Commands;

/// <summary>
/// <c>kafkasharp dump-log</c>: prints files of a data directory, with the options and the output of <c>kafka-dump-log</c>.
/// </summary>
internal static class DumpLogCommand
{
    public static Command Create()
    {
        var options = new DumpLogOptions();
        var command = new Command("dump-log", "Print the contents of log segments, indexes and snapshots.");
        options.AddTo(command);
        command.SetAction(result => Run(result, output => new FileDump(options.Read(result), output).Print(
            result.GetRequiredValue(options.Files)
                .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))));
        return command;
    }

    // The console's own writer flushes each line, and a segment has a million.
    private static int Run(ParseResult result, Action<TextWriter> print)
    {
        try
        {
            using var output = new StreamWriter(Console.OpenStandardOutput(), bufferSize: 64 * 1024);
            print(output);
            return 0;
        }
        catch (Exception exception) when (exception is DumpException or IOException or UnauthorizedAccessException)
        {
            result.InvocationConfiguration.Error.WriteLine(exception.Message);
            return 1;
        }
    }
}
