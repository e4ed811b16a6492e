using System.Buffers;
using ZstdSharp.Unsafe;

namespace KafkaSharp.Compression;

/// <summary>The zstd frame format. Levels are -131072 to 22, 3 by default.</summary>
internal sealed unsafe class ZstdCodec : ICompressionCodec
{
    public const int DefaultLevel = 3;

    /// <summary>
    /// The most memory of a context that is kept for reuse. The usual window of 2 MB is below it; a frame may ask for 128 MB, and a high
    /// level for more.
    /// </summary>
    public const int LargestPooled = 4 * 1024 * 1024;

    private readonly Pool<ZstdDecompressor> _decompressors = new();
    private readonly Pool<ZstdContext> _contexts = new();

    public CompressionType Type => CompressionType.Zstd;

    public void Compress(ReadOnlySpan<byte> source, IBufferWriter<byte> destination, int? level)
    {
        var context = RentContext();
        try
        {
            var space = destination.GetSpan(checked((int)Methods.ZSTD_compressBound((nuint)source.Length)));
            nuint size;
            fixed (byte* from = source)
            fixed (byte* to = space)
            {
                size = Methods.ZSTD_compressCCtx(
                    context.Compression, to, (nuint)space.Length, from, (nuint)source.Length, level ?? DefaultLevel);
            }
            ZstdContext.Check(size);
            destination.Advance((int)size);
        }
        finally
        {
            Release(context);
        }
    }

    public Compressor CreateCompressor(IBufferWriter<byte> destination, int? level)
    {
        var context = RentContext();
        try
        {
            return new ZstdCompressor(context, Release, destination, level ?? DefaultLevel);
        }
        catch
        {
            Release(context);
            throw;
        }
    }

    public void Decompress(ReadOnlySpan<byte> source, IBufferWriter<byte> destination, int maxBytes)
    {
        using var decompressor = CreateDecompressor();
        BoundedDecompression.Run(decompressor, source, destination, maxBytes);
    }

    public Decompressor CreateDecompressor()
    {
        if (!_decompressors.TryTake(out var decompressor))
            return new ZstdDecompressor(_decompressors);
        decompressor.Reset();
        return decompressor;
    }

    private void Release(ZstdContext context)
    {
        if (context.Size > LargestPooled || !_contexts.TryReturn(context))
            context.Dispose();
    }

    private ZstdContext RentContext() => _contexts.TryTake(out var context) ? context : ZstdContext.ForCompression();
}
