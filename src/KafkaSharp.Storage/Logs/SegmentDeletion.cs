using KafkaSharp.Storage.Segments;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Deletes segments that were removed from a log: it renames them to <c>.deleted</c> at once, so that the folder is right after a crash,
/// and deletes them file.delete.delay.ms later. A log has one timer, only while segments wait. Readers keep the bytes that they have
/// borrowed.
/// </summary>
internal sealed class SegmentDeletion(TimeProvider time, ILogger logger) : IDisposable
{
    // The longest wait of a timer; a longer delay takes several.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly Lock _gate = new();
    private readonly Queue<(DateTimeOffset Due, Action Delete)> _waiting = [];
    private ITimer? _timer;
    private bool _disposed;

    /// <summary>Called under the log's lock, after the segments were removed from the log.</summary>
    public void Schedule(IReadOnlyCollection<LogSegment> segments, IReadOnlyCollection<Action> alongside, long delayMs)
    {
        foreach (var segment in segments)
            segment.ChangeSuffix("", LogFileNames.DeletedSuffix);
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var due = delayMs < (DateTimeOffset.MaxValue - now).TotalMilliseconds ? now.AddMilliseconds(delayMs) : DateTimeOffset.MaxValue;
            foreach (var segment in segments)
                _waiting.Enqueue((due, segment.Delete));
            foreach (var action in alongside)
                _waiting.Enqueue((due, action));
            if (_disposed || delayMs <= 0)
                RunDue(all: true);
            else
                Arm();
        }
    }

    /// <summary>Deletes all waiting segments now. A reader that still looks for one notices the truncation and reads again.</summary>
    public void DeleteNow()
    {
        lock (_gate)
            RunDue(all: true);
    }

    /// <inheritdoc cref="DeleteNow"/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _timer?.Dispose();
            RunDue(all: true);
        }
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            RunDue(all: false);
            if (!_disposed)
                Arm();
        }
    }

    private void Arm()
    {
        if (!_waiting.TryPeek(out var next))
            return;
        var wait = next.Due - time.GetUtcNow();
        wait = wait < TimeSpan.Zero ? TimeSpan.Zero : wait > LongestWait ? LongestWait : wait;
        _timer ??= time.CreateTimer(
            static deletion => ((SegmentDeletion)deletion!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private void RunDue(bool all)
    {
        var now = time.GetUtcNow();
        while (_waiting.TryPeek(out var next) && (all || next.Due <= now))
        {
            _waiting.Dequeue();
            try
            {
                next.Delete();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Its name ends in .deleted: the next start deletes it.
                logger.SegmentNotDeleted(e);
            }
        }
    }
}
