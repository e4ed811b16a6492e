namespace KafkaSharp.Storage.Cleaning;

/// <summary>
/// Limits what all cleanings together read and write (log.cleaner.io.max.bytes.per.second, Kafka's <c>Throttler</c>): every 300 ms a
/// cleaning that was too fast waits, and the others with it. Thread-safe.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="stop">Ends a wait.</param>
internal sealed class CleanerThrottle(TimeProvider time, CancellationToken stop)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(300);

    private readonly Lock _gate = new();
    private long _start = time.GetTimestamp();
    private double _bytes;
    private double _bytesPerSecond = double.MaxValue;

    public double BytesPerSecond
    {
        get => Volatile.Read(ref _bytesPerSecond);
        set => Volatile.Write(ref _bytesPerSecond, value);
    }

    /// <summary>Counts bytes that were read or written, and waits if that was too fast.</summary>
    public void Count(int bytes)
    {
        if (BytesPerSecond == double.MaxValue)
            return;
        lock (_gate)
        {
            _bytes += bytes;
            var elapsed = time.GetElapsedTime(_start);
            if (elapsed <= s_interval)
                return;
            var missing = _bytes / BytesPerSecond - elapsed.TotalSeconds;
            if (missing > 0)
                Wait(missing);
            _start = time.GetTimestamp();
            _bytes = 0;
        }
    }

    private void Wait(double seconds)
    {
        // The longest wait of a timer; a longer one takes several.
        var duration = TimeSpan.FromSeconds(Math.Min(seconds, uint.MaxValue / 1000 - 1));
        using var isOver = new ManualResetEventSlim();
        using var timer = time.CreateTimer(
            static isOver => ((ManualResetEventSlim)isOver!).Set(), isOver, duration, Timeout.InfiniteTimeSpan);
        try
        {
            isOver.Wait(stop);
        }
        catch (OperationCanceledException)
        {
            // The cleaning notices it itself.
        }
    }
}
