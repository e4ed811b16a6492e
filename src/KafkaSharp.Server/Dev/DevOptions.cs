using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using KafkaSharp.Http.Control;
using KafkaSharp.Server.Commands;
using KafkaSharp.Testing;
using KafkaSharp.Testing.Faults;
using KafkaSharp.Testing.Time;

namespace KafkaSharp.Server.Dev;

/// <summary>The command line options of <c>kafkasharp dev</c>.</summary>
internal sealed class DevOptions
{
    private readonly Option<string[]> _topics = new("--topic", "-t")
    {
        Description = "A topic that is there from the start. Can be repeated.",
        HelpName = "NAME[:PARTITIONS]",
    };

    private readonly Option<int> _port = new("--port", "-p")
    {
        Description = "The port; 0 for a free one.",
        HelpName = "PORT",
        DefaultValueFactory = _ => 9092,
    };

    private readonly Option<string> _host = new("--host")
    {
        Description = "The name or address that clients are to connect to. With another than that of this machine alone, the broker "
            + "listens on all addresses.",
        HelpName = "HOST",
        DefaultValueFactory = _ => "127.0.0.1",
    };

    private readonly Option<FileInfo[]> _seeds = new("--seed")
    {
        Description = "Records that are there from the start: JSON lines with topic, key, value, headers, partition, timestamp. Can be "
            + "repeated.",
        HelpName = "FILE",
    };

    private readonly Option<FileInfo[]> _faults = new("--faults")
    {
        Description = "Faults that are in effect from the start, in JSON. Can be repeated.",
        HelpName = "FILE",
    };

    private readonly Option<DirectoryInfo?> _from = new("--from")
    {
        Description = "A data directory of Kafka to start from. It is read, and not changed: what the broker writes is kept in memory.",
        HelpName = "DIRECTORY",
    };

    private readonly Option<bool> _ephemeral = new("--ephemeral")
    {
        Description = "Keep all data in memory, and nothing after the end. This is what it always does.",
    };

    private readonly Option<string?> _virtualTime = new("--virtual-time")
    {
        Description = "The broker's clock stands still and moves only by POST /time/advance. Starts at START (ISO 8601), or now.",
        HelpName = "START",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<int> _randomSeed = new("--random-seed")
    {
        Description = "The seed of everything random in the broker and of the probabilities of faults.",
        HelpName = "NUMBER",
    };

    private readonly Option<bool> _environment = ConfigOptions.CreateEnvironment();

    private readonly Option<string[]> _overrides = ConfigOptions.CreateOverrides();

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])
            [_topics, _port, _host, _seeds, _faults, _from, _ephemeral, _virtualTime, _randomSeed, _environment, _overrides])
            command.Options.Add(option);
    }

    /// <exception cref="CommandException">A value or a file cannot be used.</exception>
    public KafkaTestBrokerOptions Read(ParseResult result)
    {
        var options = new KafkaTestBrokerOptions
        {
            Port = result.GetValue(_port),
            Host = result.GetValue(_host)!,
            DataFolder = FolderOf(result.GetValue(_from)),
            Seed = result.GetValue(_randomSeed),
            Time = ReadClock(result.GetResult(_virtualTime)),
            Faults = new FaultPlan((result.GetValue(_faults) ?? []).SelectMany(file => Read(file, text => FaultPlan.Parse(text).Faults))),
        };
        foreach (var topic in result.GetValue(_topics) ?? [])
            options.Topics.Add(ReadTopic(topic));
        foreach (var file in result.GetValue(_seeds) ?? [])
        {
            Read(file, text =>
            {
                SeedFile.Read(text.Split('\n'), options.Records);
                return true;
            });
        }
        if (result.GetValue(_environment))
        {
            foreach (var (key, value) in EnvironmentProperties.Read(Environment.GetEnvironmentVariables()))
                options.Configuration[key] = value;
        }
        foreach (var (key, value) in ConfigOptions.ParseOverrides(result.GetValue(_overrides)))
            options.Configuration[key] = value;
        return options;
    }

    private static TestTopic ReadTopic(string text)
    {
        var at = text.LastIndexOf(':');
        if (at < 0)
            return new TestTopic(text);
        return int.TryParse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var partitions) && partitions > 0
            ? new TestTopic(text[..at], partitions)
            : throw new CommandException($"The value of --topic must have the form NAME or NAME:PARTITIONS, but it is '{text}'.");
    }

    private static TimeProvider ReadClock(OptionResult? option)
    {
        if (option is null)
            return TimeProvider.System;
        if (option.Tokens is not [var token])
            return new TestClock(TimeProvider.System.GetUtcNow());
        return DateTimeOffset.TryParse(token.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var start)
            ? new TestClock(start)
            : throw new CommandException(
                $"The value of --virtual-time must be a time such as 2030-01-01T00:00:00Z, but it is '{token.Value}'.");
    }

    private static string? FolderOf(DirectoryInfo? folder) => folder is null or { Exists: true }
        ? folder?.FullName
        : throw new CommandException($"The directory {folder.FullName} of --from does not exist.");

    private static T Read<T>(FileInfo file, Func<string, T> parse)
    {
        try
        {
            return parse(File.ReadAllText(file.FullName));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The file {file.FullName} cannot be read: {e.Message}");
        }
        catch (FormatException e)
        {
            throw new CommandException($"The file {file.FullName} cannot be used: {e.Message}");
        }
    }
}
