using System.CommandLine;
using KafkaSharp.Configuration;

namespace KafkaSharp.Server.Commands;

/// <summary>The command line options for the configuration, shared by all commands that read it.</summary>
internal sealed class ConfigOptions
{
    public Option<FileInfo?> Config { get; } = new("--config", "-c")
    {
        Description = "The server.properties file to use.",
        HelpName = "FILE",
    };

    /// <summary>The file without an option, as kafka-server-start takes it.</summary>
    public Argument<FileInfo?> FileArgument { get; } = new("FILE")
    {
        Description = "The server.properties file to use, as --config.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Option<bool> FromEnvironment { get; } = CreateEnvironment();

    public Option<string[]> Overrides { get; } = CreateOverrides();

    public static Option<bool> CreateEnvironment() => new("--environment")
    {
        Description = "Takes properties from environment variables too, as Apache Kafka's container image does: KAFKA_LOG_RETENTION_MS is "
            + "log.retention.ms. They take precedence over the file.",
    };

    public static Option<string[]> CreateOverrides() => new("--override")
    {
        Description = "Sets one property; it takes precedence over all others. Can be repeated.",
        HelpName = "KEY=VALUE",
    };

    public void AddTo(Command command)
    {
        command.Arguments.Add(FileArgument);
        command.Options.Add(Config);
        command.Options.Add(FromEnvironment);
        command.Options.Add(Overrides);
    }

    /// <summary>
    /// The properties of the file, or null if no file is given, and those of the environment and the command line.
    /// </summary>
    /// <exception cref="CommandException">The file cannot be read, or an override is not KEY=VALUE.</exception>
    public (IReadOnlyDictionary<string, string>? File, IReadOnlyDictionary<string, string> Overrides) Read(ParseResult result)
    {
        IReadOnlyDictionary<string, string>? properties = null;
        if (result.GetValue(Config) is not null && result.GetValue(FileArgument) is not null)
            throw new CommandException("The configuration file is given twice: as an argument and with --config. Give it once.");
        if ((result.GetValue(Config) ?? result.GetValue(FileArgument)) is { } file)
        {
            // The system's error for a directory would be "access denied".
            if (Directory.Exists(file.FullName))
                throw new CommandException($"The configuration file {file.FullName} cannot be read: it is a directory.");
            try
            {
                properties = PropertiesFile.Parse(File.ReadAllBytes(file.FullName));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
            {
                throw new CommandException($"The configuration file {file.FullName} cannot be read: {e.Message}");
            }
        }

        var overrides = result.GetValue(FromEnvironment) ? EnvironmentProperties.Read(Environment.GetEnvironmentVariables()) : [];
        foreach (var (key, value) in ParseOverrides(result.GetValue(Overrides)))
            overrides[key] = value;
        return (properties, overrides);
    }

    /// <exception cref="CommandException">An override is not KEY=VALUE.</exception>
    public static IEnumerable<KeyValuePair<string, string>> ParseOverrides(string[]? texts)
    {
        foreach (var text in texts ?? [])
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
                throw new CommandException($"The value of --override must have the form KEY=VALUE, but it is '{text}'.");
            yield return KeyValuePair.Create(text[..at].Trim(), text[(at + 1)..]);
        }
    }
}

/// <summary>An error in the command line. The message is one sentence for the user; the process exits with code 1.</summary>
internal sealed class CommandException(string message) : Exception(message);
