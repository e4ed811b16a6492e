using System.Buffers;

namespace KafkaSharp.Compression;

/// <summary>Writes one zstd frame. Its header does not name the size of the content, which is not known when it is written.</summary>
internal sealed unsafe class ZstdCompressor : Compressor
{
    private const int Continue = 0;
    private const int End = 2;
    private const int SmallestSpace = 4 * 1024;
    private const int LargestSpace = 64 * 1024;

    private readonly NativeContext _context;
    private readonly Action<NativeContext> _release;
    private readonly IBufferWriter<byte> _destination;

    /// <param name="context">A compression context, which is reset.</param>
    /// <param name="release">Takes the context back.</param>
    /// <param name="destination">Where the frame goes.</param>
    /// <param name="level">zstd's level.</param>
    public ZstdCompressor(NativeContext context, Action<NativeContext> release, IBufferWriter<byte> destination, int level)
    {
        const int sessionAndParameters = 3;
        const int compressionLevel = 100;
        (_context, _release, _destination) = (context, release, destination);
        Check(LibZstd.ZSTD_CCtx_reset(context.Pointer, sessionAndParameters));
        Check(LibZstd.ZSTD_CCtx_setParameter(context.Pointer, compressionLevel, level));
    }

    public override void Write(ReadOnlySpan<byte> source)
    {
        while (!source.IsEmpty)
        {
            Step(source, Continue, out var taken);
            source = source[taken..];
        }
    }

    public override void Finish()
    {
        while (Step([], End, out _) != 0)
        {
        }
    }

    public override void Dispose() => _release(_context);

    /// <summary>Gives what is left to be written, as far as zstd knows.</summary>
    private nuint Step(ReadOnlySpan<byte> source, int directive, out int taken)
    {
        var space = _destination.GetSpan(Math.Clamp(source.Length, SmallestSpace, LargestSpace));
        nuint left;
        int written;
        fixed (byte* from = source)
        fixed (byte* to = space)
        {
            var input = new LibZstd.Buffer { Start = from, Size = (nuint)source.Length };
            var output = new LibZstd.Buffer { Start = to, Size = (nuint)space.Length };
            left = LibZstd.ZSTD_compressStream2(_context.Pointer, &output, &input, directive);
            Check(left);
            (taken, written) = ((int)input.Position, (int)output.Position);
        }
        _destination.Advance(written);
        return left;
    }

    private static void Check(nuint code)
    {
        if (LibZstd.ZSTD_isError(code) != 0)
            throw new CompressionException($"zstd: {LibZstd.ErrorName(code)}");
    }
}
