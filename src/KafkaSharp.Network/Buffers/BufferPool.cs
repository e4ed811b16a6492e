using System.Numerics;

namespace KafkaSharp.Network.Buffers;

/// <summary>
/// A bounded pool of byte arrays in powers of two, last in first out, so that rented memory was used recently (the first access to a page
/// is slow). Arrays are pinned, so system calls can use their address. Thread-safe. An array that is not used between two calls of
/// <see cref="Trim"/> is released. Arrays beyond the bound or the largest size are never kept.
/// </summary>
public sealed class BufferPool
{
    /// <summary>
    /// More than the chunks of the largest frame (<see cref="OutgoingFrame.MaxCopiedBytes"/>). With less, a client that requests such a
    /// response again and again makes garbage of a part of it each time.
    /// </summary>
    public const long DefaultMaxRetainedBytes = 128L << 20;

    private static readonly TimeSpan s_trimPeriod = TimeSpan.FromSeconds(10);
    private const int SmallestShift = 10;
    private const int LargestShift = 24;

    private readonly SizeClass[] _classes = [.. Enumerable.Range(0, LargestShift - SmallestShift + 1).Select(_ => new SizeClass())];
    private readonly long _maxRetainedBytes;
    private readonly ITimer? _trimming;
    private long _retained;

    /// <param name="maxRetainedBytes">The bound.</param>
    /// <param name="trimming">The clock by which the pool trims itself; null if only its owner trims it.</param>
    public BufferPool(long maxRetainedBytes = DefaultMaxRetainedBytes, TimeProvider? trimming = null)
    {
        _maxRetainedBytes = maxRetainedBytes;
        _trimming = trimming?.CreateTimer(static pool => ((BufferPool)pool!).Trim(), this, s_trimPeriod, s_trimPeriod);
    }

    /// <summary>The pool of a process: one bound for all listeners. It trims itself.</summary>
    public static BufferPool Shared { get; } = new(trimming: TimeProvider.System);

    /// <summary>The number of bytes in the pool.</summary>
    public long RetainedBytes => Interlocked.Read(ref _retained);

    /// <summary>An array of at least <paramref name="size"/> bytes, its content undefined.</summary>
    public byte[] Rent(int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        var index = ClassOf(size);
        if (index >= _classes.Length)
            return GC.AllocateUninitializedArray<byte>(size, pinned: true);
        if (_classes[index].TryTake() is { } buffer)
        {
            Interlocked.Add(ref _retained, -buffer.Length);
            return buffer;
        }
        return GC.AllocateUninitializedArray<byte>(1 << (index + SmallestShift), pinned: true);
    }

    /// <summary>Returns an array, which must not be used afterwards.</summary>
    public void Return(byte[] buffer)
    {
        if (!BitOperations.IsPow2(buffer.Length) || buffer.Length < 1 << SmallestShift || buffer.Length > 1 << LargestShift)
            return;
        if (Interlocked.Add(ref _retained, buffer.Length) > _maxRetainedBytes)
            Interlocked.Add(ref _retained, -buffer.Length);
        else
            _classes[ClassOf(buffer.Length)].Put(buffer);
    }

    /// <summary>Releases the buffers that were not rented since the last call.</summary>
    public void Trim()
    {
        foreach (var sizeClass in _classes)
            Interlocked.Add(ref _retained, -sizeClass.DropUnused());
    }

    private static int ClassOf(int size) =>
        size <= 1 << SmallestShift ? 0 : BitOperations.Log2((uint)size - 1) + 1 - SmallestShift;

    private sealed class SizeClass
    {
        private readonly Lock _gate = new();
        private readonly List<byte[]> _buffers = [];
        private int _lowWater;

        public byte[]? TryTake()
        {
            lock (_gate)
            {
                var last = _buffers.Count - 1;
                if (last < 0)
                    return null;
                var buffer = _buffers[last];
                _buffers.RemoveAt(last);
                _lowWater = Math.Min(_lowWater, last);
                return buffer;
            }
        }

        public void Put(byte[] buffer)
        {
            lock (_gate)
                _buffers.Add(buffer);
        }

        public long DropUnused()
        {
            lock (_gate)
            {
                var bytes = _buffers.Take(_lowWater).Sum(buffer => (long)buffer.Length);
                _buffers.RemoveRange(0, _lowWater);
                _lowWater = _buffers.Count;
                return bytes;
            }
        }
    }
}
