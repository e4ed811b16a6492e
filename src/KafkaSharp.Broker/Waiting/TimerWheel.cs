using System.Numerics;

namespace KafkaSharp.Broker.Waiting;

/// <summary>
/// The deadlines of all waiting requests (the timer of Kafka's purgatories): a hierarchical timing wheel of one-millisecond ticks over
/// one timer of the <see cref="TimeProvider"/>, which is armed for the earliest entry only. Adding and removing take constant time, and a
/// removed entry leaves nothing behind. No entry expires before its deadline. Safe for use from any thread.
/// </summary>
internal sealed class TimerWheel : BatchedWork, IDisposable
{
    // Each level has 64 slots, each as wide as the whole level below it. Six levels cover 2 years.
    private const int SlotBits = 6;
    private const int Slots = 1 << SlotBits;
    private const int Levels = 6;
    private const long LongestDelay = 1L << (Levels * SlotBits - 1);

    private readonly Lock _gate = new();
    private readonly TimerSlot?[] _slots = new TimerSlot?[Levels * Slots];
    private readonly ulong[] _occupied = new ulong[Levels];
    private readonly TimerSlot _expired = new(-1, 0);
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly ITimer _timer;
    private long _tick;
    private long _armedFor = long.MaxValue;

    public TimerWheel(TimeProvider time)
    {
        _time = time;
        _started = time.GetTimestamp();
        _timer = time.CreateTimer(static state => ((TimerWheel)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The number of waiting entries.</summary>
    public int Count { get; private set; }

    /// <summary>Whether there are expired entries that were not called yet.</summary>
    public bool HasExpired
    {
        get
        {
            lock (_gate)
                return _expired.First is not null;
        }
    }

    /// <summary>
    /// Adds an entry. <see cref="TimerEntry.Expire"/> is called once after <paramref name="delay"/>, unless the entry is removed before.
    /// </summary>
    public void Add(TimerEntry entry, TimeSpan delay)
    {
        var ticks = (long)Math.Clamp(Math.Ceiling((_time.GetElapsedTime(_started) + delay).TotalMilliseconds), 0, long.MaxValue / 2);
        lock (_gate)
        {
            // Without entries the wheel does not advance. Relative to an old tick the deadline would be too far away.
            if (Count++ == 0)
                _tick = Math.Max(_tick, (long)_time.GetElapsedTime(_started).TotalMilliseconds);
            entry.DueTick = Math.Clamp(ticks, _tick, _tick + LongestDelay);
            Insert(entry);
            if (entry.DueTick < _armedFor)
                Arm(NextTick());
        }
    }

    /// <summary>Removes an entry; one that has expired or was never added is ignored.</summary>
    public void Remove(TimerEntry entry)
    {
        lock (_gate)
        {
            if (entry.Slot is not { } slot)
                return;
            Count--;
            slot.Remove(entry);
            MarkIfEmpty(slot);
        }
    }

    public void Dispose() => _timer.Dispose();

    protected override bool TryRunNext()
    {
        TimerEntry? entry;
        lock (_gate)
        {
            entry = _expired.First;
            if (entry is null)
                return false;
            _expired.Remove(entry);
            Count--;
        }
        entry.Expire();
        return true;
    }

    private void Fire()
    {
        lock (_gate)
        {
            Advance((long)_time.GetElapsedTime(_started).TotalMilliseconds);
            _armedFor = long.MaxValue;
            var next = NextTick();
            if (next != long.MaxValue)
                Arm(next);
        }
        RunHere();
    }

    /// <summary>
    /// Moves the entries that are due at a tick to the expired ones, in the order of their deadlines. The other entries of a wide slot move
    /// to lower levels.
    /// </summary>
    private void Advance(long now)
    {
        while (TryFindNext(out var slot, out var tick) && tick <= now)
        {
            _tick = tick;
            while (slot.First is { } entry)
            {
                slot.Remove(entry);
                if (entry.DueTick <= tick)
                    _expired.Add(entry);
                else
                    Insert(entry);
            }
            MarkIfEmpty(slot);
        }
        _tick = Math.Max(_tick, now);
    }

    /// <summary>
    /// The level is that of the highest group of bits in which the deadline differs from the current tick: all entries of a level are due
    /// after those of the levels below, and within a level a higher slot is later.
    /// </summary>
    private void Insert(TimerEntry entry)
    {
        var difference = (ulong)(entry.DueTick ^ _tick) | (Slots - 1);
        var level = Math.Min(Levels - 1, BitOperations.Log2(difference) / SlotBits);
        var index = (int)(entry.DueTick >> (level * SlotBits)) & (Slots - 1);
        (_slots[level * Slots + index] ??= new TimerSlot(level, index)).Add(entry);
        _occupied[level] |= 1UL << index;
    }

    private bool TryFindNext(out TimerSlot slot, out long tick)
    {
        for (var level = 0; level < Levels; level++)
        {
            if (_occupied[level] == 0)
                continue;
            var index = NextIndex(level, out var wraps);
            var width = level * SlotBits;
            var levelStart = (_tick >> (width + SlotBits)) + (wraps ? 1 : 0);
            slot = _slots[level * Slots + index]!;
            tick = Math.Max(_tick, (levelStart << (width + SlotBits)) + ((long)index << width));
            return true;
        }
        (slot, tick) = (_expired, long.MaxValue);
        return false;
    }

    // Only in the highest level may a deadline lie beyond the end of the level's current round.
    private int NextIndex(int level, out bool wraps)
    {
        var current = (int)(_tick >> (level * SlotBits)) & (Slots - 1);
        var ahead = _occupied[level] >> current;
        wraps = ahead == 0;
        return wraps ? BitOperations.TrailingZeroCount(_occupied[level]) : current + BitOperations.TrailingZeroCount(ahead);
    }

    private long NextTick() => TryFindNext(out _, out var tick) ? tick : long.MaxValue;

    private void MarkIfEmpty(TimerSlot slot)
    {
        if (slot.First is null && slot.Level >= 0)
            _occupied[slot.Level] &= ~(1UL << slot.Index);
    }

    private void Arm(long tick)
    {
        _armedFor = tick;
        var wait = TimeSpan.FromMilliseconds(tick) - _time.GetElapsedTime(_started);
        // Timers have whole milliseconds and an upper limit. The delay is rounded up, so that none fires early; a timer that was limited is
        // armed again.
        _timer.Change(
            TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling(wait.TotalMilliseconds), 0, int.MaxValue)), Timeout.InfiniteTimeSpan);
    }
}
