using KafkaSharp.Network.Buffers;

namespace KafkaSharp.Server.Memory;

/// <summary>
/// Returns the memory of large requests to the system once the broker is quiet. Their objects and buffers live long enough to reach the
/// oldest generation, which the runtime collects only when it has grown further, and a quiet broker never gets that far.
/// </summary>
/// <remarks>
/// A release stops all threads for a time that depends on the objects in use: one to three milliseconds for each megabyte, the more the
/// smaller they are. So a collection beside the threads first says what is in use, and a release follows only where that is little and a
/// third of the heap was garbage or free. Both happen only while little is allocated and no request uses a large array, and only when the
/// heap is more than twice what was in use the last time.
/// Releases take 0.4 % of the time at most, and collections about 5 % of one core. Less would keep the memory of requests that were still
/// being served during a release for long after their end. What was in use may have become garbage without any growth (a waiting fetch of
/// very many partitions has ended), so a heap that does not grow is looked at too, after a minute at first; each time that little was
/// garbage doubles this time, up to an hour.
/// </remarks>
internal sealed class IdleMemoryRelease : IDisposable
{
    /// <summary>The time between two looks at the heap.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    /// <summary>The time after which a heap that has not grown is released for the first time.</summary>
    public static readonly TimeSpan FirstRepetition = TimeSpan.FromMinutes(1);

    /// <summary>The time after which a heap that has not grown is released at the latest.</summary>
    public static readonly TimeSpan LongestRepetition = TimeSpan.FromHours(1);

    /// <summary>The broker is quiet if it allocated no more than this in a period.</summary>
    public const long QuietBytes = 8L << 20;

    /// <summary>Growth up to this much is left to the runtime.</summary>
    public const long SmallestRelease = 32L << 20;

    /// <summary>With more than this in use, a release would stop the threads for a second or more.</summary>
    public const long LargestInUse = 256L << 20;

    private const int ShareOfTime = 250;
    private const int ShareOfCore = 20;

    private readonly IManagedHeap _heap;
    private readonly BufferPool _buffers;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long _allocated;
    private long _held;
    private bool _isCollecting;
    private long _inUse;
    private long _lastEnd;
    private TimeSpan _pause;
    private TimeSpan _repetition = FirstRepetition;
    private bool _isLooking;

    /// <param name="heap">The heap.</param>
    /// <param name="buffers">A pool whose buffers belong to the heap, and are not garbage.</param>
    /// <param name="time">The clock of the periods.</param>
    public IdleMemoryRelease(IManagedHeap heap, BufferPool buffers, TimeProvider time)
    {
        _heap = heap;
        _buffers = buffers;
        _time = time;
        _allocated = heap.AllocatedBytes;
        _timer = time.CreateTimer(static release => ((IdleMemoryRelease)release!).LookAlone(), this, Period, Period);
    }

    public void Dispose() => _timer.Dispose();

    private long WithoutPool(long bytes) => Math.Max(0, bytes - _buffers.RetainedBytes);

    // A release may take longer than a period, and waits beside the threads where the runtime is collecting already.
    private void LookAlone()
    {
        if (Interlocked.Exchange(ref _isLooking, true))
            return;
        Look();
        Volatile.Write(ref _isLooking, false);
    }

    private void Look()
    {
        var before = _allocated;
        _allocated = _heap.AllocatedBytes;
        if (_allocated - before > QuietBytes || _heap.RequestBytes > 0)
        {
            // What was in use at the end of a collection is garbage when the requests end.
            _isCollecting = false;
            return;
        }
        if (_isCollecting)
        {
            if (_heap.CollectedInUse is { } inUse)
                Finish(WithoutPool(inUse));
            return;
        }
        // What a collection has freed does not count as held any more, although the process still has it: also one of the runtime, or one
        // during which requests came.
        _held = Math.Max(_held, WithoutPool(_heap.HeldBytes));
        var hasGrown = _held > 2 * _inUse + SmallestRelease;
        if (_held <= SmallestRelease || _time.GetElapsedTime(_lastEnd) < (hasGrown ? _pause : _repetition))
            return;
        if (!_heap.TryBeginCollection())
            return;
        _isCollecting = true;
        // Also when requests come before its end, after which it is begun again.
        _lastEnd = _time.GetTimestamp();
        _pause = TimeSpan.FromMilliseconds(_held >> 20) * ShareOfCore;
    }

    private void Finish(long inUse)
    {
        var held = _held;
        (_isCollecting, _held) = (false, 0);
        if (inUse > Math.Min(LargestInUse, held / 3 * 2))
        {
            _inUse = inUse;
            _repetition = _repetition < LongestRepetition / 2 ? 2 * _repetition : LongestRepetition;
            return;
        }
        var started = _time.GetTimestamp();
        _inUse = WithoutPool(_heap.Release());
        _lastEnd = _time.GetTimestamp();
        _pause = _time.GetElapsedTime(started, _lastEnd) * ShareOfTime;
        _repetition = FirstRepetition;
    }
}
