using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Server.Logging;

/// <summary>One line for each message: time, level, text, component; an exception follows on separate lines. Thread-safe.</summary>
internal sealed class LineLogger(string component, LogOutput output, TimeProvider time) : ILogger
{
    [ThreadStatic]
    private static StringBuilder? t_line;

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = (t_line ??= new StringBuilder()).Clear();
        Append(line, time, logLevel, formatter(state, exception), component);
        if (exception is not null)
            line.Append(exception).AppendLine();
        output.Write(line.ToString());
    }

    /// <summary>The form of every line.</summary>
    public static void Append(StringBuilder line, TimeProvider time, LogLevel level, string message, string component) => line
        .Append(CultureInfo.InvariantCulture, $"{time.GetLocalNow():yyyy-MM-dd HH:mm:ss.fff} {Name(level)} {message} [{component}]")
            .AppendLine();

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace => "TRACE",
        LogLevel.Debug => "DEBUG",
        LogLevel.Information => "INFO ",
        LogLevel.Warning => "WARN ",
        LogLevel.Error => "ERROR",
        _ => "FATAL",
    };
}
