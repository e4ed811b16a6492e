using System.Text;

namespace KafkaSharp.Server.Logging;

/// <summary>
/// Writes log lines to a stream on a dedicated thread. <see cref="Write"/> never waits for the stream: while the queue is full, for example
/// because the reader of the pipe has stopped, lines are dropped and counted. When there is space again, one line reports the number of
/// dropped lines. Thread-safe.
/// </summary>
internal sealed class LogOutput : IDisposable
{
    /// <summary>Characters that wait for the stream at most; one line may exceed it.</summary>
    private const int MaxWaitingCharacters = 1024 * 1024;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly object _gate = new();
    private readonly Stream _stream;
    private readonly Func<long, string> _dropped;
    private readonly Thread _thread;
    private StringBuilder _waiting = new();
    private StringBuilder _writing = new();
    private long _droppedLines;
    private bool _stopped;

    /// <param name="stream">Where the lines are written, as UTF-8.</param>
    /// <param name="dropped">Makes the line, with its line end, for a number of dropped lines.</param>
    public LogOutput(Stream stream, Func<long, string> dropped)
    {
        _stream = stream;
        _dropped = dropped;
        _thread = new Thread(Run) { IsBackground = true, Name = "log output" };
        _thread.Start();
    }

    /// <summary>Queues one message, which ends with a line end.</summary>
    public void Write(ReadOnlySpan<char> message)
    {
        lock (_gate)
        {
            if (_stopped || (_waiting.Length > 0 && _waiting.Length + message.Length > MaxWaitingCharacters))
            {
                _droppedLines++;
                return;
            }
            AppendDropped();
            _waiting.Append(message);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Writes what waits, unless the stream does not take it within a second.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.Pulse(_gate);
        }
        _thread.Join(s_patience);
    }

    private void Run()
    {
        while (TakeWaiting() is { } text)
        {
            try
            {
                _stream.Write(Encoding.UTF8.GetBytes(text.ToString()));
                _stream.Flush();
            }
#pragma warning disable CA1031 // An exception of this thread would end the process, whatever it is: a closed pipe, a full disk, no memory.
            catch (Exception)
#pragma warning restore CA1031
            {
                // The failure cannot be logged. The lines are lost, and the broker continues.
            }
        }
    }

    private StringBuilder? TakeWaiting()
    {
        lock (_gate)
        {
            while (_waiting.Length == 0 && _droppedLines == 0 && !_stopped)
                Monitor.Wait(_gate);
            AppendDropped();
            if (_waiting.Length == 0)
                return null;
            (_waiting, _writing) = (_writing.Clear(), _waiting);
            return _writing;
        }
    }

    private void AppendDropped()
    {
        if (_droppedLines == 0)
            return;
        _waiting.Append(_dropped(_droppedLines));
        _droppedLines = 0;
    }
}
