using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace KafkaSharp.Server.Logging;

/// <summary>
/// The log on the console, put together by hand: that a container does it would cost a third of the time that the whole broker takes to
/// start, for it makes generic types while it runs.
/// </summary>
static class ConsoleLogging
{
    public static LoggerFactory Create(LogLevel level, TimeProvider time)
    {
        var options = new FixedOptions(new ConsoleLoggerOptions { FormatterName = LineFormatter.FormatterName });
        var filter = new LoggerFilterOptions { MinLevel = level };
        filter.AddFilter("Microsoft", LogLevel.Critical);
        return new LoggerFactory([new ConsoleLoggerProvider(options, [new LineFormatter(time)])], filter);
    }

    private sealed class FixedOptions(ConsoleLoggerOptions value) : IOptionsMonitor<ConsoleLoggerOptions>
    {
        public ConsoleLoggerOptions CurrentValue => value;

        public ConsoleLoggerOptions Get(string? name) => value;

        public IDisposable? OnChange(Action<ConsoleLoggerOptions, string?> listener) => null;
    }
}
