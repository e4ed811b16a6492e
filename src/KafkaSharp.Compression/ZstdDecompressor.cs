using ZstdSharp.Unsafe;

namespace KafkaSharp.Compression;

/// <summary>
/// Reads all zstd frames of the source. A frame whose window exceeds zstd's default limit of 128 MB is refused, as in Kafka.
/// </summary>
internal sealed unsafe class ZstdDecompressor : Decompressor
{
    // The window of the default level.
    private const int LargestUnreserved = 2 * 1024 * 1024;
    private const int LargestWindow = 128 * 1024 * 1024;

    private readonly ZstdContext _context = ZstdContext.ForDecompression();
    private readonly Pool<ZstdDecompressor> _pool;
    private IWorkTurn? _turn;
    private IDisposable? _reservation;
    private long _reserved = LargestUnreserved;
    private bool _betweenFrames = true;

    public ZstdDecompressor(Pool<ZstdDecompressor> pool) => _pool = pool;

    /// <summary>The bytes of its context, window included.</summary>
    public long Size => (long)Methods.ZSTD_sizeof_DCtx(_context.Decompression);

    public void Reset()
    {
        ZstdContext.Check(Methods.ZSTD_DCtx_reset(_context.Decompression, ZSTD_ResetDirective.ZSTD_reset_session_only));
        _betweenFrames = true;
    }

    public override void ReserveIn(IWorkTurn? turn) => _turn = turn;

    public override int Read(ref ReadOnlySpan<byte> source, scoped Span<byte> destination)
    {
        var written = 0;
        while (written < destination.Length && !(_betweenFrames && source.IsEmpty))
        {
            if (_betweenFrames)
                ReserveWindow(source);
            nuint taken, produced;
            fixed (byte* from = source)
            fixed (byte* to = destination)
            {
                var input = new ZSTD_inBuffer_s { src = from, size = (nuint)source.Length };
                var output = new ZSTD_outBuffer_s { dst = to, size = (nuint)destination.Length, pos = (nuint)written };
                var hint = Methods.ZSTD_decompressStream(_context.Decompression, &output, &input);
                ZstdContext.Check(hint);
                _betweenFrames = hint == 0;
                taken = input.pos;
                produced = output.pos - (nuint)written;
            }
            source = source[(int)taken..];
            written += (int)produced;
            if (taken == 0 && produced == 0 && !_betweenFrames)
                throw new CompressionException("The zstd frame is truncated");
        }
        return written;
    }

    public override void Dispose()
    {
        var reservation = _reservation;
        _reservation = null;
        _reserved = LargestUnreserved;
        _turn = null;
        if (Size > ZstdCodec.LargestPooled || !_pool.TryReturn(this))
            _context.Dispose();
        reservation?.Dispose();
    }

    // A later frame may have a larger window than this one.
    private void ReserveWindow(ReadOnlySpan<byte> frame)
    {
        var window = Math.Min(ZstdFrameHeader.WindowOf(frame), LargestWindow);
        if (_turn is null || window <= _reserved)
            return;
        var smaller = _reservation;
        _reservation = _turn.ReserveMemory(window);
        _reserved = window;
        smaller?.Dispose();
    }
}
