using System.Buffers.Binary;
using System.IO.Hashing;

namespace KafkaSharp.Compression;

/// <summary>
/// The header of an lz4 frame, as Kafka reads it: version 1, blocks that do not depend on each other, no dictionary. The size of the
/// content is skipped.
/// </summary>
/// <param name="MaxBlockSize">The largest decompressed block, in bytes: 64 KB to 4 MB.</param>
/// <param name="HasBlockChecksums">Whether a checksum follows each block.</param>
/// <param name="HasContentChecksum">Whether a checksum of the content follows the frame.</param>
internal readonly record struct Lz4FrameHeader(int MaxBlockSize, bool HasBlockChecksums, bool HasContentChecksum)
{
    private const uint Magic = 0x184d2204;
    private const int FlagsAt = 4;
    private const int BlockDescriptorAt = 5;

    // The flags that must have a certain value: version, independence of the blocks, the reserved bit and the bit of the dictionary.
    private const int FixedFlags = 0b1110_0011;
    private const int FixedFlagsValue = 0b0110_0000;
    private const int BlockChecksumFlag = 0b0001_0000;
    private const int ContentSizeFlag = 0b0000_1000;
    private const int ContentChecksumFlag = 0b0000_0100;

    /// <summary>Reads the header and removes it from the source.</summary>
    /// <exception cref="CompressionException">It is truncated or corrupt, or Kafka does not support what it declares.</exception>
    public static Lz4FrameHeader Read(ref ReadOnlySpan<byte> source, bool ignoreChecksum)
    {
        if (source.Length <= BlockDescriptorAt)
            throw new CompressionException("The lz4 frame header is truncated");
        if (BinaryPrimitives.ReadUInt32LittleEndian(source) != Magic)
            throw new CompressionException("The lz4 stream does not begin with a frame");
        var (flags, block) = (source[FlagsAt], source[BlockDescriptorAt]);
        var sizeLog = block >> 4;
        if ((flags & FixedFlags) != FixedFlagsValue || (block & 0xf) != 0 || sizeLog is < 4 or > 7)
            throw new CompressionException("The lz4 frame has another version, linked blocks, a dictionary or invalid flags");
        var checksumAt = BlockDescriptorAt + 1 + ((flags & ContentSizeFlag) != 0 ? sizeof(long) : 0);
        if (source.Length <= checksumAt)
            throw new CompressionException("The lz4 frame header is truncated");
        if (!ignoreChecksum && source[checksumAt] != (byte)(XxHash32.HashToUInt32(source[FlagsAt..checksumAt]) >> 8))
            throw new CompressionException("The checksum of the lz4 frame header is wrong");
        source = source[(checksumAt + 1)..];
        return new Lz4FrameHeader(1 << (8 + 2 * sizeLog), (flags & BlockChecksumFlag) != 0, (flags & ContentChecksumFlag) != 0);
    }
}
