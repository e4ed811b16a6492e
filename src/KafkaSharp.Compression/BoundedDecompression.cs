using System.Buffers;

namespace KafkaSharp.Compression;

/// <summary>Decompresses a whole stream and fails if it exceeds a size limit.</summary>
internal static class BoundedDecompression
{
    private const int SmallestPiece = 4096;
    private const int LargestPiece = 256 * 1024;

    public static void Run(Decompressor decompressor, ReadOnlySpan<byte> source, IBufferWriter<byte> destination, int maxBytes)
    {
        var written = 0;
        while (true)
        {
            if (written == maxBytes)
            {
                Span<byte> probe = stackalloc byte[1];
                if (decompressor.Read(ref source, probe) != 0)
                    throw new CompressionException($"The decompressed data exceeds the limit of {maxBytes} bytes");
                return;
            }
            var hint = Math.Clamp((int)Math.Min(source.Length * 4L, LargestPiece), SmallestPiece, LargestPiece);
            var space = destination.GetSpan(Math.Min(hint, maxBytes - written));
            if (space.Length > maxBytes - written)
                space = space[..(maxBytes - written)];
            var count = decompressor.Read(ref source, space);
            if (count == 0)
                return;
            destination.Advance(count);
            written += count;
        }
    }
}
