using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Manager;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Server.VerifyLog;

/// <summary>
/// Opens the logs of a data directory as a start of the broker does, on files that are copies in memory where they change, and notes what
/// the broker would log: so it is what a start does, and not what it is believed to do.
/// </summary>
internal sealed class StartRehearsal : ILoggerFactory, ILogger
{
    // "Opened N logs": no change.
    private const int DirectoryLoaded = 2041;

    private readonly Lock _gate = new();
    private readonly List<string> _changes = [];

    /// <summary>Opens the logs, which leaves the files as a start would.</summary>
    /// <returns>What a start would change.</returns>
    /// <exception cref="IOException">The broker would not start.</exception>
    public static IReadOnlyList<string> Run(IFileSystem files, string directory, TimeProvider time, Random random)
    {
        var rehearsal = new StartRehearsal();
        var manager = LogManager.Open(new LogManagerOptions
        {
            FileSystem = files,
            Directories = [directory],
            Time = time,
            Random = random,
            LoggerFactory = rehearsal,
            DirectoryFailed = failure => rehearsal.Add(failure.Cause.Message),
        });
        string[] changes = [.. rehearsal._changes];
        manager.ShutdownAsync().GetAwaiter().GetResult();
        return changes;
    }

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel) && eventId.Id != DirectoryLoaded)
            Add(formatter(state, exception));
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    private void Add(string text)
    {
        lock (_gate)
            _changes.Add(text);
    }
}
