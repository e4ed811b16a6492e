using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using KafkaSharp.Network.Buffers;
using KafkaSharp.Network.Transports;

namespace KafkaSharp.Network.Connections;

/// <summary>The result of <see cref="FrameReader.TryReadFrame"/>.</summary>
internal enum FrameStatus
{
    Frame,
    Incomplete,
    InvalidSize,
}

/// <summary>
/// A <see cref="PipeReader"/> over a transport, with contiguous frames that can be parsed and written to disk without a copy. It waits with
/// a buffer of 1 KB (8 KB after bursts of requests), which is all the memory of an idle connection; a frame that does not fit gets its own
/// pooled buffer, into which the rest is received directly, and which is returned as soon as the frame is finished, or by the request that
/// took it over (<see cref="TakeFrame"/>). Memory for the length in a prefix is reserved up to what this connection has sent before;
/// beyond, the buffer doubles as bytes arrive, so a length alone takes no memory. One reader at a time.
/// </summary>
internal sealed class FrameReader(Transport transport, BufferPool pool, int maxFrameBytes, Action? received = null) : PipeReader
{
    private const int HeadBytes = 1024;
    private const int BurstHeadBytes = 8 * 1024;
    private const int PrefixBytes = 4;
    private const int FirstTrust = 64 * 1024;
    private const int MostTrust = 4 * 1024 * 1024;

    private byte[] _head = pool.Rent(HeadBytes);
    private byte[]? _large;
    private int _start;
    private int _end;
    private int _trust = FirstTrust;
    private int _frame = -1;
    private bool _taken;
    private bool _headFilled;
    private bool _ended;
    private bool _cancelled;

    /// <summary>How many bytes must be buffered before <see cref="TryReadFrame"/> can return the next frame.</summary>
    public int Needed { get; private set; } = PrefixBytes;

    /// <summary>The size in the current length prefix.</summary>
    public int ClaimedBytes { get; private set; }

    /// <summary>The largest frame that is accepted, in bytes without the prefix. May change between two frames.</summary>
    public int MaxFrameBytes { get; set; } = maxFrameBytes;

    public int Buffered => _end - _start;

    /// <summary>Bytes of memory held while waiting: the head, and the buffer of an unfinished frame.</summary>
    public int HeldBytes => _head.Length + (_large?.Length ?? 0);

    private byte[] Current => _large ?? _head;

    /// <summary>The next frame, without its prefix, if all of it is here. Valid until <see cref="FinishFrame"/>.</summary>
    public FrameStatus TryReadFrame(out ReadOnlyMemory<byte> frame)
    {
        frame = default;
        Needed = PrefixBytes;
        if (Buffered < PrefixBytes)
            return FrameStatus.Incomplete;
        ClaimedBytes = BinaryPrimitives.ReadInt32BigEndian(Current.AsSpan(_start));
        if (ClaimedBytes < 0 || ClaimedBytes > MaxFrameBytes)
            return FrameStatus.InvalidSize;
        Needed = PrefixBytes + ClaimedBytes;
        if (Buffered < Needed)
            return FrameStatus.Incomplete;
        _frame = ClaimedBytes;
        frame = MemoryMarshal.CreateFromPinnedArray(Current, _start + PrefixBytes, ClaimedBytes);
        return FrameStatus.Frame;
    }

    /// <summary>
    /// Takes the buffer of the frame last read out of the reader; the bytes behind the frame are copied when it is finished. Between
    /// <see cref="TryReadFrame"/> and <see cref="FinishFrame"/>, once.
    /// </summary>
    public IDisposable TakeFrame()
    {
        if (_frame < 0 || _taken)
            throw new InvalidOperationException("No frame is being handled, or its memory is taken already");
        _taken = true;
        return new FrameMemory(pool, Current);
    }

    /// <summary>Ends the frame last read: its memory is returned unless it was taken, and what follows it moves to the head.</summary>
    public void FinishFrame()
    {
        if (_taken)
            DetachFrame();
        else
            ReleaseFrame();
        _trust = Math.Clamp(_frame + PrefixBytes, _trust, MostTrust);
        _frame = -1;
        _taken = false;
    }

    /// <summary>
    /// Receives until so many bytes are buffered; false where the stream ended before. What a connection uses: a <see cref="ReadResult"/>
    /// would be made only to be asked for its length.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> FillAsync(int minimum)
    {
        while (Buffered < minimum && !_ended && !Volatile.Read(ref _cancelled))
        {
            var count = await transport.ReceiveAsync(RoomFor(minimum), wanted: minimum - Buffered);
            _ended = count == 0;
            _end += count;
            received?.Invoke();
            _headFilled = _large is null && _end == _head.Length;
        }
        return Buffered >= minimum;
    }

    public override bool TryRead(out ReadResult result)
    {
        result = Result();
        return Buffered > 0 || _ended || result.IsCanceled;
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        ReadAtLeastAsyncCore(Buffered + 1, cancellationToken);

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) =>
        Consume((consumed.GetInteger() & int.MaxValue) - _start);

    /// <summary>Makes the next read return at once. A waiting read ends when the receiving side of the transport is shut down.</summary>
    public override void CancelPendingRead() => Volatile.Write(ref _cancelled, true);

    public override void Complete(Exception? exception = null)
    {
        _ended = true;
        ReleaseLarge();
        pool.Return(_head);
        _head = [];
        _start = _end = 0;
    }

    protected override async ValueTask<ReadResult> ReadAtLeastAsyncCore(int minimumSize, CancellationToken cancellationToken)
    {
        await FillAsync(minimumSize);
        return Result();
    }

    private ReadResult Result()
    {
        var buffer = new ReadOnlySequence<byte>(Current, _start, Buffered);
        var result = new ReadResult(buffer, Volatile.Read(ref _cancelled), _ended);
        Volatile.Write(ref _cancelled, false);
        return result;
    }

    // Where the next bytes go: the rest of the frame and, to save a call, up to a head's worth of the one behind it.
    private Memory<byte> RoomFor(int minimum)
    {
        if (minimum <= _head.Length)
        {
            if (_headFilled && _head.Length < BurstHeadBytes)
                GrowHead();
            else if (_start + minimum > _head.Length || Buffered == 0)
                MoveTo(_head, null);
        }
        else if (_large is null || _end == _large.Length)
        {
            var size = minimum <= _trust ? minimum : (int)Math.Min(minimum, Math.Max(_trust, 2L * Buffered));
            var larger = pool.Rent(size == minimum ? size + _head.Length : size);
            MoveTo(larger, larger);
        }
        else if (_start + minimum > _large.Length && _start > 0)
            MoveTo(_large, _large);
        var free = Math.Min(Current.Length - _end, Math.Max(minimum - Buffered, 0) + _head.Length);
        return MemoryMarshal.CreateFromPinnedArray(Current, _end, free);
    }

    private void ReleaseFrame()
    {
#if DEBUG
        // A handler that uses a frame for too long would see the bytes of another request. This makes it fail immediately.
        Current.AsSpan(_start, PrefixBytes + _frame).Fill(0xDB);
#endif
        Consume(PrefixBytes + _frame);
    }

    // The buffer belongs to the request now.
    private void DetachFrame()
    {
        var rest = Current.AsSpan(_start + PrefixBytes + _frame, Buffered - PrefixBytes - _frame);
        if (_large is null)
            _head = pool.Rent(_head.Length);
        _large = rest.Length > _head.Length ? pool.Rent(rest.Length) : null;
        rest.CopyTo(Current);
        _start = 0;
        _end = rest.Length;
    }

    private void GrowHead()
    {
        var smaller = _head;
        var larger = pool.Rent(BurstHeadBytes);
        MoveTo(larger, null);
        _head = larger;
        pool.Return(smaller);
    }

    private void MoveTo(byte[] target, byte[]? large)
    {
        var buffered = Buffered;
        Current.AsSpan(_start, buffered).CopyTo(target);
        if (large != _large)
            ReleaseLarge();
        _large = large;
        _start = 0;
        _end = buffered;
    }

    private void Consume(int count)
    {
        _start += count;
        if (_large is not null && Buffered <= _head.Length)
            MoveTo(_head, null);
        else if (Buffered == 0)
            _start = _end = 0;
    }

    private void ReleaseLarge()
    {
        if (_large is null)
            return;
        pool.Return(_large);
        _large = null;
    }
}
