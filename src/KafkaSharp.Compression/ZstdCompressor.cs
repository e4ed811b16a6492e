using System.Buffers;
using ZstdSharp.Unsafe;

namespace KafkaSharp.Compression;

/// <summary>Writes one zstd frame. Its header does not name the size of the content, which is not known when it is written.</summary>
internal sealed unsafe class ZstdCompressor : Compressor
{
    private const int SmallestSpace = 4 * 1024;
    private const int LargestSpace = 64 * 1024;

    // Batches are rarely longer. Without it zstd prepares for an input of any length, which takes 777 MB at level 22 instead of 69.
    private const int ExpectedSource = 4 * 1024 * 1024;
    private const ZSTD_cParameter SourceSizeHint = ZSTD_cParameter.ZSTD_c_experimentalParam7;

    private readonly ZstdContext _context;
    private readonly Action<ZstdContext> _release;
    private readonly IBufferWriter<byte> _destination;
    private readonly int _level;
    private IDisposable? _reservation;

    /// <param name="context">A compression context, which is reset.</param>
    /// <param name="release">Takes the context back.</param>
    /// <param name="destination">Where the frame goes.</param>
    /// <param name="level">zstd's level.</param>
    public ZstdCompressor(ZstdContext context, Action<ZstdContext> release, IBufferWriter<byte> destination, int level)
    {
        (_context, _release, _destination, _level) = (context, release, destination, level);
        ZstdContext.Check(Methods.ZSTD_CCtx_reset(context.Compression, ZSTD_ResetDirective.ZSTD_reset_session_and_parameters));
        ZstdContext.Check(Methods.ZSTD_CCtx_setParameter(context.Compression, ZSTD_cParameter.ZSTD_c_compressionLevel, level));
        ZstdContext.Check(Methods.ZSTD_CCtx_setParameter(context.Compression, SourceSizeHint, ExpectedSource));
    }

    public override void ReserveIn(IWorkTurn? turn)
    {
        var size = (long)Methods.ZSTD_estimateCStreamSize_usingCParams(Methods.ZSTD_getCParams(_level, ExpectedSource, 0));
        if (size > ZstdCodec.LargestPooled)
            _reservation = turn?.ReserveMemory(size);
    }

    public override void Write(ReadOnlySpan<byte> source)
    {
        while (!source.IsEmpty)
        {
            Step(source, ZSTD_EndDirective.ZSTD_e_continue, out var taken);
            source = source[taken..];
        }
    }

    public override void Finish()
    {
        while (Step([], ZSTD_EndDirective.ZSTD_e_end, out _) != 0)
        {
        }
    }

    public override void Dispose()
    {
        _release(_context);
        _reservation?.Dispose();
        _reservation = null;
    }

    /// <summary>Gives what is left to be written, as far as zstd knows.</summary>
    private nuint Step(ReadOnlySpan<byte> source, ZSTD_EndDirective directive, out int taken)
    {
        var space = _destination.GetSpan(Math.Clamp(source.Length, SmallestSpace, LargestSpace));
        nuint left;
        int written;
        fixed (byte* from = source)
        fixed (byte* to = space)
        {
            var input = new ZSTD_inBuffer_s { src = from, size = (nuint)source.Length };
            var output = new ZSTD_outBuffer_s { dst = to, size = (nuint)space.Length };
            left = Methods.ZSTD_compressStream2(_context.Compression, &output, &input, directive);
            ZstdContext.Check(left);
            (taken, written) = ((int)input.pos, (int)output.pos);
        }
        _destination.Advance(written);
        return left;
    }
}
