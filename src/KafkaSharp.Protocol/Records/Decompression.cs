using System.Buffers;
using KafkaSharp.Compression;

namespace KafkaSharp.Protocol.Records;

/// <summary>Decompression for the record readers: errors are <see cref="RecordsException"/>s.</summary>
internal static class Decompression
{
    /// <summary>The compression type with an id of the batch attributes.</summary>
    /// <exception cref="RecordsException">The id is 5, 6 or 7, which are undefined.</exception>
    public static CompressionType TypeOf(int id) => id <= (int)CompressionType.Zstd
        ? (CompressionType)id
        : throw new RecordsException(ErrorCode.UnknownServerError, $"Unknown compression type id: {id}");

    public static Decompressor Create(CompressionType type)
    {
        try
        {
            return CompressionCodecs.Get(type).CreateDecompressor();
        }
        catch (CompressionException e)
        {
            throw Failed(e);
        }
    }

    public static int Read(Decompressor decompressor, ref ReadOnlySpan<byte> source, Span<byte> destination)
    {
        try
        {
            return decompressor.Read(ref source, destination);
        }
        catch (CompressionException e)
        {
            throw Failed(e);
        }
    }

    public static void All(ICompressionCodec codec, ReadOnlySpan<byte> source, IBufferWriter<byte> destination, int maxBytes)
    {
        try
        {
            codec.Decompress(source, destination, maxBytes);
        }
        catch (CompressionException e)
        {
            throw Failed(e);
        }
    }

    private static RecordsException Failed(CompressionException e) =>
        new(ErrorCode.UnknownServerError, "Failed to decompress record stream", e);
}
