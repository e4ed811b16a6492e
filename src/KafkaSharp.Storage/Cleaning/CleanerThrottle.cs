using KafkaSharp.Storage.Scheduling;

namespace KafkaSharp.Storage.Cleaning;

/// <summary>
/// Limits what all cleanings together read and write (log.cleaner.io.max.bytes.per.second, Kafka's <c>Throttler</c>): every 300 ms a
/// cleaning that was too fast waits, and the others with it. A changed limit counts at once, also for what waits. Thread-safe.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="stop">Ends a wait.</param>
internal sealed class CleanerThrottle(TimeProvider time, CancellationToken stop)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(300);

    private readonly Lock _gate = new();

    // Pulsed when a wait may be over.
    private readonly object _wake = new();
    private long _start = time.GetTimestamp();
    private double _bytes;
    private double _bytesPerSecond = double.MaxValue;

    public double BytesPerSecond
    {
        get => Volatile.Read(ref _bytesPerSecond);
        set
        {
            lock (_wake)
            {
                Volatile.Write(ref _bytesPerSecond, value);
                Monitor.PulseAll(_wake);
            }
        }
    }

    /// <summary>Counts bytes that were read or written, and waits if that was too fast.</summary>
    public void Count(int bytes)
    {
        if (BytesPerSecond == double.MaxValue)
            return;
        lock (_gate)
        {
            _bytes += bytes;
            if (time.GetElapsedTime(_start) <= s_interval)
                return;
            Wait();
            _start = time.GetTimestamp();
            _bytes = 0;
        }
    }

    private double MissingMs => 1000 * _bytes / BytesPerSecond - time.GetElapsedTime(_start).TotalMilliseconds;

    // When it is stopped, the cleaning notices it itself.
    private void Wait()
    {
        if (MissingMs <= 0)
            return;
        using var stopped = stop.Register(Wake);
        lock (_wake)
        {
            while (!stop.IsCancellationRequested && MissingMs is > 0 and var missing)
            {
                // A longer wait takes several.
                var duration = TimeSpan.FromMilliseconds(Math.Min(Math.Ceiling(missing), TimerLimits.LongestMs));
                using var timer = time.CreateTimer(
                    static throttle => ((CleanerThrottle)throttle!).Wake(), this, duration, Timeout.InfiniteTimeSpan);
                Monitor.Wait(_wake);
            }
        }
    }

    private void Wake()
    {
        lock (_wake)
            Monitor.PulseAll(_wake);
    }
}
