using System.Buffers;

namespace KafkaSharp.Compression;

/// <summary>
/// One compression of Kafka's record batches. Safe for use by many threads at once. Faults of the input are a <see
/// cref="CompressionException"/>.
/// </summary>
public interface ICompressionCodec
{
    CompressionType Type { get; }

    /// <summary>
    /// Compresses all of <paramref name="source"/> into one stream of the codec's format; null is the codec's default level.
    /// </summary>
    void Compress(ReadOnlySpan<byte> source, IBufferWriter<byte> destination, int? level);

    /// <summary>
    /// Decompresses a whole stream; more than <paramref name="maxBytes"/> of output is a fault, found before it is stored.
    /// </summary>
    void Decompress(ReadOnlySpan<byte> source, IBufferWriter<byte> destination, int maxBytes);

    /// <summary>A decompressor for one stream, taken from a pool: dispose it to give it back.</summary>
    Decompressor CreateDecompressor();
}
