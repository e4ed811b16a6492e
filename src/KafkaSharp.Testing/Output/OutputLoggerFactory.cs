using Microsoft.Extensions.Logging;

namespace KafkaSharp.Testing.Output;

/// <summary>Passes the broker's log messages to the output of a test, a line each: level, text, component. Thread-safe.</summary>
internal sealed class OutputLoggerFactory(Action<string> output, LogLevel level) : ILoggerFactory
{
    private readonly LogLevel _level = level;

    public ILogger CreateLogger(string categoryName) => new OutputLogger(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    private sealed class OutputLogger(OutputLoggerFactory owner, string component) : ILogger
    {
        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && logLevel >= owner._level;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                owner.Write($"{logLevel} {formatter(state, exception)} [{component}]{(exception is null ? "" : $"\n{exception}")}");
        }
    }

    private void Write(string line)
    {
        try
        {
            output(line);
        }
        catch (Exception e) when (e is InvalidOperationException or ObjectDisposedException)
        {
            // The outputs of test frameworks refuse lines after the end of the test.
        }
    }
}
