using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Manager;

/// <summary>
/// The folders of deleted logs, whose files are deleted after a delay by the threads for disk work. What is not done when the broker stops
/// is found by its name at the next start. Safe for use from several threads.
/// </summary>
internal sealed class LogDeletions(
    IFileSystem files, TimeProvider time, Action<Action> background, ILogger logger, Action<string, Exception> failed) : IDisposable
{
    private readonly Dictionary<string, (ITimer Timer, PartitionLog? Log)> _waiting = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private bool _disposed;

    /// <summary>Plans a deletion.</summary>
    /// <param name="path">The folder, renamed already.</param>
    /// <param name="log">The log, if it is open. Readers may still use it.</param>
    /// <param name="delayMs">file.delete.delay.ms.</param>
    public void Schedule(string path, PartitionLog? log, long delayMs)
    {
        var delay = TimeSpan.FromMilliseconds(Math.Min(delayMs, uint.MaxValue - 1));
        lock (_gate)
        {
            if (_disposed)
                return;
            var timer = time.CreateTimer(_ => background(() => Delete(path)), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _waiting[path] = (timer, log);
            timer.Change(delay, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (var (timer, log) in _waiting.Values)
            {
                timer.Dispose();
                // Its folder goes at the next start: nothing in it is worth a write, nor a failure.
                log?.CloseAbruptly();
            }
            _waiting.Clear();
        }
    }

    private void Delete(string path)
    {
        PartitionLog? log;
        lock (_gate)
        {
            if (!_waiting.Remove(path, out var waiting))
                return;
            waiting.Timer.Dispose();
            log = waiting.Log;
        }
        try
        {
            if (log is not null)
                log.Delete();
            else
                files.DeleteDirectory(path);
            logger.LogDeleted(path);
        }
        catch (IOException e)
        {
            failed(path, e);
        }
    }
}
