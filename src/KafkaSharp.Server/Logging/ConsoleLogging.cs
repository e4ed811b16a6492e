using Microsoft.Extensions.Logging;

namespace KafkaSharp.Server.Logging;

/// <summary>
/// The log on standard output. Built without a container: that would take a third of the time in which the whole broker starts, because it
/// makes generic types at run time.
/// </summary>
internal static class ConsoleLogging
{
    public static LoggerFactory Create(LogLevel level, TimeProvider time) => Create(Console.OpenStandardOutput(), level, time);

    /// <summary>A log on any stream. Disposing the factory writes the lines that wait.</summary>
    public static LoggerFactory Create(Stream stream, LogLevel level, TimeProvider time)
    {
        var filter = new LoggerFilterOptions { MinLevel = level };
        filter.AddFilter("Microsoft", LogLevel.Critical);
        var loggers = new LoggerFactory([], filter);
        // Not through the constructor: the factory does not dispose the providers that it gets there.
        loggers.AddProvider(new LineLoggerProvider(stream, time));
        return loggers;
    }
}
