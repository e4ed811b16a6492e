using System.CommandLine;
using KafkaSharp.Server.DumpLog;
using KafkaSharp.Server.DumpLog.Records;
using KafkaSharp.Server.VerifyLog;

namespace KafkaSharp.Server.Commands;

/// <summary>
/// <c>kafkasharp dump-log</c>: prints files of a data directory, with the options and the output of <c>kafka-dump-log</c>, or
/// verifies a whole one.
/// </summary>
internal static class DumpLogCommand
{
    public static Command Create()
    {
        var options = new DumpLogOptions();
        var command = new Command("dump-log", "Print the contents of log segments, indexes and snapshots.");
        options.AddTo(command);
        command.Validators.Add(result =>
        {
            if ((result.GetResult(options.Files) is null) == (result.GetResult(options.Verify) is null))
                result.AddError("Give either --files or --verify.");
        });
        command.SetAction(result => Run(result, output => result.GetValue(options.Verify) is { } directories
            ? Verify(Split(directories), result.GetValue(options.Json), output)
            : Print(Split(result.GetRequiredValue(options.Files)), options.Read(result), result.GetValue(options.Json), output)));
        return command;
    }

    private static bool Print(string[] files, DumpOptions options, bool isJson, TextWriter output)
    {
        new FileDump(options, isJson ? new DumpJson(options, output) : new DumpText(options, output)).Print(files);
        return true;
    }

    private static bool Verify(string[] directories, bool isJson, TextWriter output)
    {
        IVerifyOutput found = isJson ? new VerifyJson(output) : new VerifyText(output);
        var progress = new VerifyProgress(Console.IsErrorRedirected ? null : Console.Error, TimeProvider.System);
        var isRight = true;
        foreach (var directory in directories)
            isRight &= new DirectoryVerification(found, progress, TimeProvider.System, SystemRandom.Create()).Run(directory);
        return isRight;
    }

    private static string[] Split(string list) =>
        list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    // The console's own writer flushes each line, and a segment has a million.
    private static int Run(ParseResult result, Func<TextWriter, bool> print)
    {
        try
        {
            using var output = new StreamWriter(Console.OpenStandardOutput(), bufferSize: 64 * 1024);
            return print(output) ? 0 : 1;
        }
        catch (Exception exception) when (exception is DumpException or IOException or UnauthorizedAccessException)
        {
            result.InvocationConfiguration.Error.WriteLine(exception.Message);
            return 1;
        }
    }
}
