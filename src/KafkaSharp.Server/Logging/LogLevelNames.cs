using System.Collections.Frozen;
using System.CommandLine;
using System.CommandLine.Parsing;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Server.Logging;

/// <summary>The names of log levels on the command line: those of Kafka's log files and those of .NET, in any case.</summary>
internal static class LogLevelNames
{
    /// <summary>The names to offer, from the most messages to none.</summary>
    public const string Offered = "trace, debug, info, warn, error, fatal or off";

    private static readonly FrozenDictionary<string, LogLevel> s_levels = new Dictionary<string, LogLevel>
    {
        ["all"] = LogLevel.Trace,
        ["trace"] = LogLevel.Trace,
        ["debug"] = LogLevel.Debug,
        ["info"] = LogLevel.Information,
        ["information"] = LogLevel.Information,
        ["warn"] = LogLevel.Warning,
        ["warning"] = LogLevel.Warning,
        ["error"] = LogLevel.Error,
        ["fatal"] = LogLevel.Critical,
        ["critical"] = LogLevel.Critical,
        ["off"] = LogLevel.None,
        ["none"] = LogLevel.None,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static bool TryParse(string text, out LogLevel level) => s_levels.TryGetValue(text.Trim(), out level);

    /// <summary>The command line option for the lowest level to log.</summary>
    public static Option<LogLevel> CreateOption(LogLevel defaultLevel) => new("--log-level")
    {
        Description = $"The lowest level of messages to log: {Offered}.",
        HelpName = "LEVEL",
        DefaultValueFactory = _ => defaultLevel,
        CustomParser = ParseLevel,
    };

    private static LogLevel ParseLevel(ArgumentResult argument)
    {
        if (argument.Tokens is [var only] && TryParse(only.Value, out var level))
            return level;
        var given = string.Join(' ', argument.Tokens.Select(token => token.Value));
        argument.AddError($"The value of --log-level must be {Offered}, but it is '{given}'.");
        return LogLevel.None;
    }
}
