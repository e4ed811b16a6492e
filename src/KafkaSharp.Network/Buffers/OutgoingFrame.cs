using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using KafkaSharp.Protocol;

namespace KafkaSharp.Network.Buffers;

/// <summary>
/// One response (or request) to be sent: a length prefix, small fields copied into pooled memory, and references to records, with the
/// leases that keep them valid. Rented with <see cref="Rent"/>, written by one thread at a time, sent as one vectored write, disposed by
/// the sender; disposing returns the memory and the leases. The prefix is filled in when the frame is completed.
/// </summary>
public sealed class OutgoingFrame : IRecordsSink, IDisposable
{
    /// <summary>Records in memory up to this many bytes are copied: a reference costs more.</summary>
    public const int CopiedRecordsBytes = 8 * 1024;
    private const int PrefixBytes = 4;
    private const int FirstChunkBytes = 4 * 1024;
    private const int LargestChunkBytes = 256 * 1024;
    private const int MaxIdleFrames = 256;

    /// <summary>
    /// The maximum number of bytes that are copied into one frame; referenced records do not count. It equals the default limit of a
    /// request. Kafka has no limit, but clients in other languages accept no more than this either.
    /// </summary>
    public const long MaxCopiedBytes = 100L * 1024 * 1024;

    /// <summary>What a frame may hold whatever others hold.</summary>
    internal const int FreelyCopiedBytes = 4 * 1024 * 1024;

    /// <summary>
    /// The maximum number of bytes that all frames hold together beyond <see cref="FreelyCopiedBytes"/> each: a quarter of the heap.
    /// Clients decide how long they take to read a response.
    /// </summary>
    internal static long MaxLargeBytes { get; set; } = Math.Max(MaxCopiedBytes, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4);

    private static long s_largeBytes;

    private static readonly Stack<OutgoingFrame> IdleFrames = new();
    private static readonly Lock IdleGate = new();

    private readonly BufferPool _pool = BufferPool.Shared;
    private readonly List<byte[]> _chunks = [];
    private readonly List<ReadOnlyMemory<byte>> _segments = [];
    private readonly List<IDisposable> _leases = [];
    private byte[] _chunk = [];
    private int _written;
    private int _sealed;
    private long _sealedBytes;
    private long _chunkBytes;
    private long _largeBytes;
    private bool _completed;

    private OutgoingFrame()
    {
    }

    /// <summary>Whether the connection is closed once this frame has been sent.</summary>
    public bool ClosesConnection { get; set; }

    /// <summary>How long nothing is read from the connection once this frame has been sent (KIP-219).</summary>
    public TimeSpan Mute { get; set; }

    /// <summary>Bytes of the frame so far, without the length prefix.</summary>
    public long Length => _sealedBytes + _written - _sealed - PrefixBytes;

    /// <summary>The frame in pieces, prefix first. Only after <see cref="Complete"/>.</summary>
    internal List<ReadOnlyMemory<byte>> SegmentList => _segments;

    public static OutgoingFrame Rent()
    {
        OutgoingFrame? frame;
        lock (IdleGate)
            IdleFrames.TryPop(out frame);
        frame ??= new OutgoingFrame();
        frame._completed = false;
        frame.AddChunk(FirstChunkBytes);
        frame._written = PrefixBytes;
        return frame;
    }

    /// <summary>
    /// A frame without bytes, for requests without a response. It closes or mutes the connection in the order of the responses.
    /// </summary>
    public static OutgoingFrame RentEmpty(bool closesConnection = false, TimeSpan mute = default)
    {
        var frame = Rent();
        frame.ClosesConnection = closesConnection;
        frame.Mute = mute;
        frame._completed = true;
        return frame;
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_chunk.Length - _written), nameof(count));
        _written += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return MemoryMarshal.CreateFromPinnedArray(_chunk, _written, _chunk.Length - _written);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _chunk.AsSpan(_written);
    }

    /// <summary>
    /// Adds records: large ones and those of a file by reference, so they must stay valid until the frame is disposed (see
    /// <see cref="AddLease"/>). A file lends short ones only to save memory, and a copy from its mapping could fault.
    /// </summary>
    public void WriteRecords(ReadOnlyMemory<byte> records)
    {
        if (records.Length <= CopiedRecordsBytes && !FileBackedMemory.TryFind(records, out _, out _))
        {
            this.Write(records.Span);
            return;
        }
        Seal();
        _segments.Add(records);
        _sealedBytes += records.Length;
    }

    /// <summary>Adds what is disposed when the frame has been sent or dropped, such as the lease on a mapped segment.</summary>
    public void AddLease(IDisposable lease) => _leases.Add(lease);

    /// <summary>
    /// Writes the length prefix; nothing may be written afterwards. Called by the connection; a second call does nothing.
    /// </summary>
    public void Complete()
    {
        if (_completed)
            return;
        Seal();
        BinaryPrimitives.WriteInt32BigEndian(_chunks[0], checked((int)(_sealedBytes - PrefixBytes)));
        _completed = true;
    }

    /// <summary>The whole frame with its prefix, copied: for tests and transports without sockets.</summary>
    public byte[] ToArray()
    {
        Complete();
        var whole = new byte[_sealedBytes];
        var at = 0;
        foreach (var segment in _segments)
        {
            segment.CopyTo(whole.AsMemory(at));
            at += segment.Length;
        }
        return whole;
    }

    public void Dispose()
    {
        if (_chunks.Count == 0)
            return;
        foreach (var lease in _leases)
            lease.Dispose();
        _leases.Clear();
        _segments.Clear();
        ReturnChunks();
        _sealedBytes = 0;
        ClosesConnection = false;
        Mute = TimeSpan.Zero;
        lock (IdleGate)
        {
            if (IdleFrames.Count < MaxIdleFrames)
                IdleFrames.Push(this);
        }
    }

    private void MakeRoom(int sizeHint)
    {
        ObjectDisposedException.ThrowIf(_chunks.Count == 0, this);
        if (_chunk.Length - _written >= Math.Max(sizeHint, 1))
            return;
        Seal();
        AddChunk(Math.Max(sizeHint, Math.Min(_chunk.Length * 4, LargestChunkBytes)));
    }

    private void Seal()
    {
        if (_written == _sealed)
            return;
        _segments.Add(MemoryMarshal.CreateFromPinnedArray(_chunk, _sealed, _written - _sealed));
        _sealedBytes += _written - _sealed;
        _sealed = _written;
    }

    private void AddChunk(int size)
    {
        if (_chunkBytes + size > MaxCopiedBytes)
            throw new FrameTooLargeException($"A response of more than {MaxCopiedBytes} bytes is not sent: ask for less at once");
        if (_chunkBytes + size > FreelyCopiedBytes)
            CountLarge(size);
        _chunk = _pool.Rent(size);
        _chunkBytes += size;
        _chunks.Add(_chunk);
        _written = _sealed = 0;
    }

    private void CountLarge(int size)
    {
        if (Interlocked.Add(ref s_largeBytes, size) > MaxLargeBytes)
        {
            Interlocked.Add(ref s_largeBytes, -size);
            throw new FrameTooLargeException(
                $"A response of more than {FreelyCopiedBytes} bytes is not sent, since others that are not sent yet hold {MaxLargeBytes} " +
                "bytes");
        }
        _largeBytes += size;
    }

    private void ReturnChunks()
    {
        Interlocked.Add(ref s_largeBytes, -_largeBytes);
        _largeBytes = 0;
        foreach (var chunk in _chunks)
            _pool.Return(chunk);
        _chunks.Clear();
        _chunkBytes = 0;
        _chunk = [];
        _written = _sealed = 0;
    }
}
