using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Server.Logging;

/// <summary>Loggers that write lines to one stream, without ever waiting for it: see <see cref="LogOutput"/>.</summary>
internal sealed class LineLoggerProvider : ILoggerProvider
{
    private readonly LogOutput _output;
    private readonly TimeProvider _time;

    public LineLoggerProvider(Stream stream, TimeProvider time)
    {
        _time = time;
        _output = new LogOutput(stream, DroppedLine);
    }

    /// <summary>The component of a category is what comes behind its last dot.</summary>
    public ILogger CreateLogger(string categoryName) =>
        new LineLogger(categoryName[(categoryName.LastIndexOf('.') + 1)..], _output, _time);

    public void Dispose() => _output.Dispose();

    private string DroppedLine(long count)
    {
        var line = new StringBuilder();
        var message = string.Create(
            CultureInfo.InvariantCulture,
            $"{count} log messages before this one were dropped: the output did not take them. Read it faster, or log less (--log-level)");
        LineLogger.Append(line, _time, LogLevel.Warning, message, nameof(LogOutput));
        return line.ToString();
    }
}
