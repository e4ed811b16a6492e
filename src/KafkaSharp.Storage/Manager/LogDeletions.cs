using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Scheduling;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Manager;

/// <summary>
/// The folders of deleted logs, whose files are deleted after a delay by the threads for disk work. What is not done when the broker stops
/// is found by its name at the next start. Safe for use from several threads.
/// </summary>
internal sealed class LogDeletions(
    IFileSystem files, TimeProvider time, Action<Action> background, ILogger logger, Action<string, Exception> failed) : IDisposable
{
    private readonly Dictionary<string, (ITimer Timer, Action? Close)> _waiting = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private bool _disposed;

    /// <summary>Plans a deletion.</summary>
    /// <param name="path">The folder, renamed already.</param>
    /// <param name="close">Closes its files as they are, if they are open. Until then readers may use them.</param>
    /// <param name="delayMs">file.delete.delay.ms.</param>
    public void Schedule(string path, Action? close, long delayMs)
    {
        var delay = TimeSpan.FromMilliseconds(Math.Min(delayMs, TimerLimits.LongestMs));
        lock (_gate)
        {
            if (_disposed)
                return;
            var timer = time.CreateTimer(_ => background(() => Delete(path)), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _waiting[path] = (timer, close);
            timer.Change(delay, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (var (timer, close) in _waiting.Values)
            {
                timer.Dispose();
                // Its folder goes at the next start: nothing in it is worth a write, nor a failure.
                close?.Invoke();
            }
            _waiting.Clear();
        }
    }

    private void Delete(string path)
    {
        Action? close;
        lock (_gate)
        {
            if (!_waiting.Remove(path, out var waiting))
                return;
            waiting.Timer.Dispose();
            close = waiting.Close;
        }
        try
        {
            close?.Invoke();
            files.DeleteDirectory(path);
            logger.LogDeleted(path);
        }
        catch (IOException e)
        {
            failed(path, e);
        }
    }
}
