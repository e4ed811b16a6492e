using Microsoft.Extensions.Logging;

namespace KafkaSharp.Server.Logging;

/// <summary>
/// The log on standard output. Built without a container: that would take a third of the time in which the whole broker starts, because it
/// makes generic types at run time.
/// </summary>
internal static class ConsoleLogging
{
    public static LoggerFactory Create(LogLevel level, TimeProvider time)
    {
        var filter = new LoggerFilterOptions { MinLevel = level };
        filter.AddFilter("Microsoft", LogLevel.Critical);
        return new LoggerFactory([new LineLoggerProvider(Console.OpenStandardOutput(), time)], filter);
    }
}
