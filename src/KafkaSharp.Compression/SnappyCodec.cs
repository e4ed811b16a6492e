using System.Buffers;
using System.Buffers.Binary;
using Snappier;

namespace KafkaSharp.Compression;

/// <summary>
/// snappy in the framing of snappy-java ("xerial"): a header of 16 bytes, then raw snappy blocks of 32 KB of input, each preceded by its
/// compressed size as a big-endian int32. It also reads a raw snappy block without framing. There are no levels.
/// </summary>
internal sealed class SnappyCodec : ICompressionCodec
{
    private const int BlockSize = 32 * 1024;

    private readonly Pool<SnappyDecompressor> _decompressors = new();

    public CompressionType Type => CompressionType.Snappy;

    /// <summary>Magic, version 1, lowest compatible version 1.</summary>
    public static ReadOnlySpan<byte> Header =>
        [0x82, (byte)'S', (byte)'N', (byte)'A', (byte)'P', (byte)'P', (byte)'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1];

    public void Compress(ReadOnlySpan<byte> source, IBufferWriter<byte> destination, int? level)
    {
        destination.Write(Header);
        for (; !source.IsEmpty; source = source[Math.Min(BlockSize, source.Length)..])
            WriteBlock(source[..Math.Min(BlockSize, source.Length)], destination);
    }

    public Compressor CreateCompressor(IBufferWriter<byte> destination, int? level)
    {
        destination.Write(Header);
        return new BlockCompressor(BlockSize, block => WriteBlock(block, destination), static () => { });
    }

    public void Decompress(ReadOnlySpan<byte> source, IBufferWriter<byte> destination, int maxBytes)
    {
        using var decompressor = CreateDecompressor();
        BoundedDecompression.Run(decompressor, source, destination, maxBytes);
    }

    private static void WriteBlock(ReadOnlySpan<byte> block, IBufferWriter<byte> destination)
    {
        var space = destination.GetSpan(sizeof(int) + Snappy.GetMaxCompressedLength(block.Length));
        var size = Snappy.Compress(block, space[sizeof(int)..]);
        BinaryPrimitives.WriteInt32BigEndian(space, size);
        destination.Advance(sizeof(int) + size);
    }

    public Decompressor CreateDecompressor()
    {
        if (!_decompressors.TryTake(out var decompressor))
            return new SnappyDecompressor(_decompressors);
        decompressor.Reset();
        return decompressor;
    }
}
