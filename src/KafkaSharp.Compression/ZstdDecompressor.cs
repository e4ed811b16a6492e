using ZstdSharp.Unsafe;

namespace KafkaSharp.Compression;

/// <summary>
/// Reads all zstd frames of the source like Kafka's zstd-jni. A frame whose window exceeds zstd's default limit of 128 MB is refused. A
/// truncated frame ends the stream if another one ended in the same piece of what zstd-jni reads; otherwise it is an error.
/// </summary>
internal sealed unsafe class ZstdDecompressor : Decompressor
{
    // The window of the default level.
    private const int LargestUnreserved = 2 * 1024 * 1024;
    private const int LargestWindow = 128 * 1024 * 1024;
    private const int JavaPiece = 128 * 1024 + 3;

    private readonly ZstdContext _context = ZstdContext.ForDecompression();
    private readonly Pool<ZstdDecompressor> _pool;
    private IWorkTurn? _turn;
    private IDisposable? _reservation;
    private long _reserved = LargestUnreserved;
    private bool _betweenFrames = true;
    private bool _isTruncated;
    private long _taken;
    private long _frameEnd;

    public ZstdDecompressor(Pool<ZstdDecompressor> pool) => _pool = pool;

    public void Reset()
    {
        ZstdContext.Check(Methods.ZSTD_DCtx_reset(_context.Decompression, ZSTD_ResetDirective.ZSTD_reset_session_only));
        _betweenFrames = true;
        _isTruncated = false;
        _taken = _frameEnd = 0;
    }

    public override void ReserveIn(IWorkTurn? turn) => _turn = turn;

    public override int Read(ref ReadOnlySpan<byte> source, scoped Span<byte> destination)
    {
        var written = 0;
        while (written < destination.Length && !(_betweenFrames && source.IsEmpty) && !_isTruncated)
        {
            if (_betweenFrames)
                ReserveWindow(source);
            nuint taken, produced, hint;
            fixed (byte* from = source)
            fixed (byte* to = destination)
            {
                var input = new ZSTD_inBuffer_s { src = from, size = (nuint)source.Length };
                var output = new ZSTD_outBuffer_s { dst = to, size = (nuint)destination.Length, pos = (nuint)written };
                hint = Methods.ZSTD_decompressStream(_context.Decompression, &output, &input);
                ZstdContext.Check(hint);
                _betweenFrames = hint == 0;
                taken = input.pos;
                produced = output.pos - (nuint)written;
            }
            source = source[(int)taken..];
            _taken += (long)taken;
            written += (int)produced;
            if (_betweenFrames)
            {
                _frameEnd = _taken;
                _turn?.CheckIn();
            }
            else if (taken == 0 && produced == 0)
                EndTruncated(hint);
        }
        return written;
    }

    public override void Dispose()
    {
        var reservation = _reservation;
        _reservation = null;
        _reserved = LargestUnreserved;
        _turn = null;
        if (_context.Size > ZstdCodec.LargestPooled || !_pool.TryReturn(this))
            _context.Dispose();
        reservation?.Dispose();
    }

    // zstd-jni keeps 32 bits of the hint, so that almost 4 GB to be skipped look like an error to it.
    private void EndTruncated(nuint hint)
    {
        const int mostErrors = 120;
        if (_frameEnd == 0 || (_frameEnd - 1) / JavaPiece != (_taken - 1) / JavaPiece || (int)hint is < 0 and > -mostErrors)
            throw new CompressionException("The zstd frame is truncated");
        _isTruncated = true;
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
