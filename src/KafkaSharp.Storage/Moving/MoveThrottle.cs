using KafkaSharp.Storage.Scheduling;

namespace KafkaSharp.Storage.Moving;

/// <summary>
/// Limits what all moves between log directories together copy (replica.alter.log.dirs.io.max.bytes.per.second): after each piece the next
/// one waits as long as the limit asks for. A changed limit counts at once for what was copied before. Thread-safe.
/// </summary>
internal sealed class MoveThrottle(TimeProvider time)
{
    private const int LargestPiece = 1024 * 1024;
    private const int SmallestPiece = 64 * 1024;

    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(TimerLimits.LongestMs);

    private readonly Lock _gate = new();
    private long _settled = time.GetTimestamp();
    private double _debt;
    private long _bytesPerSecond = long.MaxValue;

    /// <summary>The limit; <see cref="long.MaxValue"/> for none. With 0 nothing is copied.</summary>
    public long BytesPerSecond
    {
        get
        {
            lock (_gate)
                return _bytesPerSecond;
        }
        set
        {
            lock (_gate)
            {
                Settle();
                _bytesPerSecond = value;
            }
        }
    }

    /// <summary>How many bytes the next piece should have: about a second's at most, so that the rate is even.</summary>
    public int PieceBytes => PieceOf(BytesPerSecond);

    /// <summary>
    /// How long to wait before the next piece; zero if not at all. As long as less than a piece was copied, there is no wait.
    /// </summary>
    public TimeSpan Delay
    {
        get
        {
            lock (_gate)
            {
                Settle();
                if (_bytesPerSecond <= 0)
                    return s_longest;
                return _debt < PieceOf(_bytesPerSecond)
                    ? TimeSpan.Zero
                    : TimeSpan.FromSeconds(Math.Min(_debt / _bytesPerSecond, s_longest.TotalSeconds));
            }
        }
    }

    /// <summary>Counts bytes that were copied.</summary>
    public void Count(int bytes)
    {
        lock (_gate)
        {
            Settle();
            if (_bytesPerSecond != long.MaxValue)
                _debt += bytes;
        }
    }

    private static int PieceOf(long bytesPerSecond) => (int)Math.Clamp(bytesPerSecond, SmallestPiece, LargestPiece);

    private void Settle()
    {
        var now = time.GetTimestamp();
        _debt = Math.Max(0, _debt - time.GetElapsedTime(_settled, now).TotalSeconds * _bytesPerSecond);
        _settled = now;
    }
}
