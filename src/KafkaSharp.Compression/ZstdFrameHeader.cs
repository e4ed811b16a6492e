using System.Buffers.Binary;

namespace KafkaSharp.Compression;

/// <summary>The header of a zstd frame (RFC 8878, section 3.1.1.1).</summary>
internal static class ZstdFrameHeader
{
    private const uint Magic = 0xfd2fb528;
    private const int DescriptorAt = 4;
    private const int SmallestWindowLog = 10;

    /// <summary>
    /// The window that the frame declares, in bytes, without a check against the limit of libzstd. 0 if it is a frame to be skipped or has
    /// no complete header.
    /// </summary>
    public static long WindowOf(ReadOnlySpan<byte> frame)
    {
        if (frame.Length <= DescriptorAt || BinaryPrimitives.ReadUInt32LittleEndian(frame) != Magic)
            return 0;
        var descriptor = frame[DescriptorAt];
        var isSingleSegment = (descriptor & 0x20) != 0;
        return isSingleSegment ? ContentSize(frame[(DescriptorAt + 1)..], descriptor) : Window(frame[(DescriptorAt + 1)..]);
    }

    private static long Window(ReadOnlySpan<byte> rest)
    {
        if (rest.IsEmpty)
            return 0;
        var size = 1L << (SmallestWindowLog + (rest[0] >> 3));
        return size + size / 8 * (rest[0] & 7);
    }

    // The window of a frame in a single segment is its content. The id of a dictionary precedes the size of the content.
    private static long ContentSize(ReadOnlySpan<byte> rest, byte descriptor)
    {
        var dictionaryBytes = (descriptor & 3) switch { 3 => 4, var bytes => bytes };
        var sizeBytes = 1 << (descriptor >> 6);
        if (rest.Length < dictionaryBytes + sizeBytes)
            return 0;
        var size = rest[dictionaryBytes..];
        return sizeBytes switch
        {
            1 => size[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(size) + 256,
            4 => BinaryPrimitives.ReadUInt32LittleEndian(size),
            _ => (long)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(size), long.MaxValue),
        };
    }
}
