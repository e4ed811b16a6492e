using System.Buffers;
using System.Buffers.Binary;

namespace KafkaSharp.Compression;

/// <summary>
/// The lz4 frame format as Kafka writes it: version 1, independent blocks of 64 KB, a checksum of the header only, no content size. It
/// reads any valid frame. As in Kafka, level 9, the default, selects the fast compressor; every other level selects the high compressor.
/// </summary>
internal sealed unsafe class Lz4Codec(bool ignoreHeaderChecksum) : ICompressionCodec
{
    public const int DefaultLevel = 9;

    private const int BlockSize = 64 * 1024;
    private const uint Uncompressed = 0x8000_0000;

    private readonly Pool<Lz4Decompressor> _decompressors = new();

    public CompressionType Type => CompressionType.Lz4;

    /// <summary>Magic, FLG (version 1, independent blocks), BD (64 KB) and their checksum.</summary>
    private static ReadOnlySpan<byte> Header => [0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82];

    public void Compress(ReadOnlySpan<byte> source, IBufferWriter<byte> destination, int? level)
    {
        destination.Write(Header);
        try
        {
            for (; !source.IsEmpty; source = source[Math.Min(BlockSize, source.Length)..])
                WriteBlock(source[..Math.Min(BlockSize, source.Length)], destination, level ?? DefaultLevel);
        }
        catch (DllNotFoundException e)
        {
            throw NativeLibraries.Missing(LibLz4.Name, e);
        }
        destination.Write("\0\0\0\0"u8);
    }

    public Compressor CreateCompressor(IBufferWriter<byte> destination, int? level)
    {
        destination.Write(Header);
        return new BlockCompressor(
            BlockSize, block => WriteBlock(block, destination, level ?? DefaultLevel), () => destination.Write("\0\0\0\0"u8));
    }

    public void Decompress(ReadOnlySpan<byte> source, IBufferWriter<byte> destination, int maxBytes)
    {
        using var decompressor = CreateDecompressor();
        BoundedDecompression.Run(decompressor, source, destination, maxBytes);
    }

    public Decompressor CreateDecompressor()
    {
        if (!_decompressors.TryTake(out var decompressor))
            return new Lz4Decompressor(ignoreHeaderChecksum, _decompressors);
        decompressor.Reset();
        return decompressor;
    }

    private static void WriteBlock(ReadOnlySpan<byte> block, IBufferWriter<byte> destination, int level)
    {
        var bound = LibLz4.LZ4_compressBound(block.Length);
        var space = destination.GetSpan(sizeof(uint) + bound);
        int size;
        fixed (byte* from = block)
        fixed (byte* to = space)
        {
            size = level == DefaultLevel
                ? LibLz4.LZ4_compress_default(from, to + sizeof(uint), block.Length, bound)
                : LibLz4.LZ4_compress_HC(from, to + sizeof(uint), block.Length, bound, level);
        }
        if (size <= 0)
            throw new CompressionException("liblz4 failed to compress a block");
        if (size >= block.Length)
        {
            size = block.Length;
            block.CopyTo(space[sizeof(uint)..]);
            BinaryPrimitives.WriteUInt32LittleEndian(space, (uint)size | Uncompressed);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(space, (uint)size);
        }
        destination.Advance(sizeof(uint) + size);
    }
}
