using System.CommandLine;
using KafkaSharp.Configuration;

namespace KafkaSharp.Server.Commands;

/// <summary>The options that name the configuration, alike in every command that reads one.</summary>
sealed class ConfigOptions
{
    public Option<FileInfo?> Config { get; } = new("--config", "-c")
    {
        Description = "The server.properties file to use.",
        HelpName = "FILE",
    };

    public Option<string[]> Overrides { get; } = new("--override")
    {
        Description = "Sets one property over what the file says. May be given many times.",
        HelpName = "KEY=VALUE",
        AllowMultipleArgumentsPerToken = true,
    };

    public void AddTo(Command command)
    {
        command.Options.Add(Config);
        command.Options.Add(Overrides);
    }

    /// <summary>The properties of the file (null where none was named) and those given on the command line.</summary>
    /// <exception cref="CommandFault">The file can't be read, or an override is not KEY=VALUE.</exception>
    public (IReadOnlyDictionary<string, string>? File, IReadOnlyDictionary<string, string> Overrides) Read(ParseResult result)
    {
        IReadOnlyDictionary<string, string>? properties = null;
        if (result.GetValue(Config) is { } file)
        {
            try
            {
                properties = PropertiesFile.Parse(File.ReadAllBytes(file.FullName));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
            {
                throw new CommandFault($"The configuration file {file.FullName} can't be read: {e.Message}");
            }
        }

        var overrides = new Dictionary<string, string>();
        foreach (var text in result.GetValue(Overrides) ?? [])
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
                throw new CommandFault($"--override wants KEY=VALUE, not '{text}'.");
            overrides[text[..at].Trim()] = text[(at + 1)..];
        }
        return (properties, overrides);
    }
}

/// <summary>Something the person at the command line must mend: one clear sentence, exit code 1.</summary>
sealed class CommandFault(string message) : Exception(message);
