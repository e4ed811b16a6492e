using System.Buffers;
using System.Buffers.Binary;
using K4os.Compression.LZ4;

namespace KafkaSharp.Compression;

/// <summary>
/// The lz4 frame format as Kafka writes it: version 1, independent blocks of 64 KB, a checksum of the header only, no content size. It
/// reads the frames that Kafka reads. As in Kafka, level 9, the default, selects the fast compressor; every other level
/// selects the high compressor.
/// </summary>
internal sealed class Lz4Codec(bool ignoreHeaderChecksum) : ICompressionCodec
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
        for (; !source.IsEmpty; source = source[Math.Min(BlockSize, source.Length)..])
            WriteBlock(source[..Math.Min(BlockSize, source.Length)], destination, level ?? DefaultLevel);
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
        var bound = LZ4Codec.MaximumOutputSize(block.Length);
        var space = destination.GetSpan(sizeof(uint) + bound);
        var size = LZ4Codec.Encode(block, space.Slice(sizeof(uint), bound), LevelOf(level));
        if (size <= 0)
            throw new CompressionException("lz4 failed to compress a block");
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

    private static LZ4Level LevelOf(int level) => level == DefaultLevel
        ? LZ4Level.L00_FAST
        : (LZ4Level)Math.Clamp(level, (int)LZ4Level.L03_HC, (int)LZ4Level.L12_MAX);
}
