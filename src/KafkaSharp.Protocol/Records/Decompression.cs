using System.Buffers;
using KafkaSharp.Compression;

namespace KafkaSharp.Protocol.Records;

/// <summary>Decompression whose faults are those of the record readers.</summary>
static class Decompression
{
    /// <summary>The type that a batch's attributes name; the ids 5 to 7 are unknown.</summary>
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
