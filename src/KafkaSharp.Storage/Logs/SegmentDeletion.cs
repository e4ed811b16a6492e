using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Scheduling;
using KafkaSharp.Storage.Segments;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Deletes segments that were removed from a log: it renames them to <c>.deleted</c> at once, so that the folder is right after a crash,
/// and deletes them file.delete.delay.ms later on the threads for disk work. A log has one timer, only while segments wait. Readers keep
/// the bytes that they have borrowed.
/// </summary>
internal sealed class SegmentDeletion(IFileSystem files, TimeProvider time, Action<Action> background, ILogger logger) : IDisposable
{
    // A longer delay takes several waits.
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMilliseconds(TimerLimits.LongestMs);

    private readonly Lock _gate = new();
    private readonly Queue<Waiting> _waiting = [];
    private ITimer? _timer;
    private bool _disposed;

    /// <summary>Renames the files of segments for deletion. Called under the log's lock.</summary>
    public static void Rename(IEnumerable<LogSegment> segments)
    {
        foreach (var segment in segments)
            segment.ChangeSuffix("", LogFileNames.DeletedSuffix);
    }

    /// <summary>
    /// Deletes files after a delay. Called under the log's lock, after the segments were removed from the log and renamed.
    /// </summary>
    /// <param name="segments">The segments.</param>
    /// <param name="snapshots">The paths of their producer snapshots.</param>
    /// <param name="delayMs">file.delete.delay.ms.</param>
    public void Schedule(IReadOnlyCollection<LogSegment> segments, IReadOnlyCollection<string> snapshots, long delayMs)
    {
        lock (_gate)
        {
            var started = time.GetTimestamp();
            var delay = delayMs < TimeSpan.MaxValue.TotalMilliseconds ? TimeSpan.FromMilliseconds(delayMs) : TimeSpan.MaxValue;
            foreach (var segment in segments)
                _waiting.Enqueue(new Waiting(started, delay) { Segment = segment });
            foreach (var snapshot in snapshots)
                _waiting.Enqueue(new Waiting(started, delay) { Snapshot = snapshot });
            if (_disposed || delayMs <= 0)
                background(() => Delete(all: true));
            else
                Arm();
        }
    }

    /// <summary>
    /// Runs the renaming of the log's folder while no file is deleted. The files that wait for deletion are deleted in the new folder.
    /// </summary>
    public void Move(string newDirectory, Action rename)
    {
        lock (_gate)
        {
            rename();
            foreach (var waiting in _waiting)
                waiting.MovedTo(newDirectory);
        }
    }

    /// <summary>
    /// Forgets what waits, because its folder is deleted as a whole; returns the segments, which are open. Under the log's lock.
    /// </summary>
    public IReadOnlyList<LogSegment> Release()
    {
        lock (_gate)
        {
            LogSegment[] released = [.. _waiting.Select(waiting => waiting.Segment).OfType<LogSegment>()];
            _waiting.Clear();
            return released;
        }
    }

    /// <summary>Deletes all waiting segments now. A reader that still looks for one notices the truncation and reads again.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _timer?.Dispose();
        }
        Delete(all: true);
    }

    private void OnTimer() => background(() =>
    {
        Delete(all: false);
        lock (_gate)
        {
            if (!_disposed)
                Arm();
        }
    });

    private void Arm()
    {
        if (!_waiting.TryPeek(out var next))
            return;
        var wait = TimeLeft(next);
        wait = wait < TimeSpan.Zero ? TimeSpan.Zero : wait > s_longestWait ? s_longestWait : wait;
        _timer ??= time.CreateTimer(
            static deletion => ((SegmentDeletion)deletion!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    // The lock is released after each file, because a rename of the folder waits for it.
    private void Delete(bool all)
    {
        while (true)
        {
            lock (_gate)
            {
                if (!_waiting.TryPeek(out var next) || (!all && TimeLeft(next) > TimeSpan.Zero))
                    return;
                _waiting.Dequeue();
                Delete(next);
            }
        }
    }

    private void Delete(Waiting waiting)
    {
        try
        {
            waiting.Segment?.Delete();
            if (waiting.Snapshot is { } snapshot)
                files.DeleteFile(snapshot);
        }
        catch (IOException e)
        {
            // Its name ends in .deleted: the next start deletes it.
            logger.SegmentNotDeleted(e);
        }
    }

    private TimeSpan TimeLeft(Waiting waiting) => waiting.Delay - time.GetElapsedTime(waiting.Started);

    /// <summary>A segment or a producer snapshot to delete.</summary>
    private sealed class Waiting(long started, TimeSpan delay)
    {
        public long Started { get; } = started;

        public TimeSpan Delay { get; } = delay;

        public LogSegment? Segment { get; init; }

        public string? Snapshot { get; set; }

        public void MovedTo(string directory)
        {
            Segment?.MovedTo(directory);
            if (Snapshot is not null)
                Snapshot = Path.Combine(directory, Path.GetFileName(Snapshot));
        }
    }
}
