namespace KafkaSharp.Compression;

/// <summary>Reads one lz4 frame. Bytes after the frame are not consumed.</summary>
internal sealed unsafe class Lz4Decompressor : Decompressor
{
    // The upper half of the header's BD byte: 4 is 64 KB, as Kafka's clients write it, 6 is 1 MB.
    private const int BlockSizePosition = 5;
    private const int LargestPooledBlockSize = 6;
    private const int LargestContext = 9 * 1024 * 1024;

    private readonly NativeContext _context;
    private readonly bool _ignoreHeaderChecksum;
    private readonly Pool<Lz4Decompressor> _pool;
    private IWorkTurn? _turn;
    private IDisposable? _reservation;
    private bool _begun;
    private bool _hasLargeBlocks;
    private bool _ended;

    public Lz4Decompressor(bool ignoreHeaderChecksum, Pool<Lz4Decompressor> pool)
    {
        _ignoreHeaderChecksum = ignoreHeaderChecksum;
        _pool = pool;
        try
        {
            Check(LibLz4.LZ4F_createDecompressionContext(out var context, LibLz4.FrameVersion));
            _context = new NativeContext(context, &LibLz4.LZ4F_freeDecompressionContext, LibLz4.Name);
        }
        catch (DllNotFoundException e)
        {
            throw NativeLibraries.Missing(LibLz4.Name, e);
        }
    }

    public void Reset()
    {
        LibLz4.LZ4F_resetDecompressionContext(_context.Pointer);
        _begun = _ended = false;
    }

    public override void ReserveIn(IWorkTurn? turn) => _turn = turn;

    public override int Read(ref ReadOnlySpan<byte> source, scoped Span<byte> destination)
    {
        if (!_begun)
        {
            _begun = true;
            _hasLargeBlocks = source.Length > BlockSizePosition && source[BlockSizePosition] >> 4 > LargestPooledBlockSize;
            if (_hasLargeBlocks)
                _reservation = _turn?.ReserveMemory(LargestContext);
            if (_ignoreHeaderChecksum)
                ReadHeader(ref source);
        }
        var written = 0;
        while (!_ended && written < destination.Length)
        {
            var taken = Step(source, destination[written..], out var produced);
            source = source[taken..];
            written += produced;
            if (taken == 0 && produced == 0 && !_ended)
                throw new CompressionException("The lz4 frame is truncated");
        }
        return written;
    }

    public override void Dispose()
    {
        // LZ4F_resetDecompressionContext does not reset the content size of an unfinished frame; the next frame would fail its size check.
        // And a context keeps two buffers of the frame's block size, which is up to 4 MB.
        if (!_ended || _hasLargeBlocks || !_pool.TryReturn(this))
            _context.Dispose();
        _reservation?.Dispose();
        (_reservation, _turn) = (null, null);
    }

    private int Step(ReadOnlySpan<byte> source, Span<byte> destination, out int produced)
    {
        var taken = (nuint)source.Length;
        var written = (nuint)destination.Length;
        fixed (byte* from = source)
        fixed (byte* to = destination)
        {
            var hint = LibLz4.LZ4F_decompress(_context.Pointer, to, &written, from, &taken, null);
            Check(hint);
            _ended = hint == 0;
        }
        produced = (int)written;
        return (int)taken;
    }

    /// <summary>Passes the header to the library with a corrected checksum.</summary>
    private void ReadHeader(ref ReadOnlySpan<byte> source)
    {
        const int magicSize = 4;
        const int contentSizeFlag = 0x08;
        var length = source.Length > magicSize && (source[magicSize] & contentSizeFlag) != 0 ? 15 : 7;
        if (source.Length < length)
            throw new CompressionException("The lz4 frame header is truncated");
        Span<byte> header = stackalloc byte[length];
        source[..length].CopyTo(header);
        header[^1] = (byte)(XxHash32.OfShort(header[magicSize..^1]) >> 8);
        var taken = Step(header, [], out _);
        if (taken != length)
            throw new CompressionException("The lz4 frame header is corrupt");
        source = source[length..];
    }

    private static void Check(nuint code)
    {
        if (LibLz4.LZ4F_isError(code) != 0)
            throw new CompressionException($"lz4: {LibLz4.ErrorName(code)}");
    }
}
