using KafkaSharp.Storage.Segments;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Deletes segments that left a log: at once renamed to <c>.deleted</c>, so that the folder is right after a crash, and deleted file.delete.delay.ms
/// later. One timer a log, only while something waits. Readers that still have a segment's bytes keep them.
/// </summary>
sealed class SegmentDeletion(TimeProvider time, ILogger logger) : IDisposable
{
    // What timers take; a longer wait is made of several.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly Lock _gate = new();
    private readonly Queue<(DateTimeOffset Due, Action Delete)> _waiting = [];
    private ITimer? _timer;
    private bool _disposed;

    /// <summary>Under the log's lock, after the segments were taken out of it.</summary>
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

    /// <summary>Deletes what waits now: readers that still look for it find the log cut and look again.</summary>
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
        _timer ??= time.CreateTimer(static deletion => ((SegmentDeletion)deletion!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
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
                // The name ends in .deleted: the next start deletes it.
                logger.SegmentNotDeleted(e);
            }
        }
    }
}
