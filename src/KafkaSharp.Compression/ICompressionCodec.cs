using System.Buffers;

namespace KafkaSharp.Compression;

/// <summary>
/// A compression format of Kafka's record batches. Thread-safe. Invalid input causes a <see cref="CompressionException"/>.
/// </summary>
public interface ICompressionCodec
{
    CompressionType Type { get; }

    /// <summary>
    /// Compresses <paramref name="source"/> to one stream in the format of the codec. A null level is the default of the codec.
    /// </summary>
    void Compress(ReadOnlySpan<byte> source, IBufferWriter<byte> destination, int? level);

    /// <summary>A compressor of one stream into <paramref name="destination"/>; null is the codec's default level.</summary>
    Compressor CreateCompressor(IBufferWriter<byte> destination, int? level);

    /// <summary>
    /// Decompresses a whole stream.
    /// </summary>
    /// <exception cref="CompressionException">
    /// The stream is corrupt, or its output exceeds <paramref name="maxBytes"/>. The bytes beyond the limit are not written.
    /// </exception>
    void Decompress(ReadOnlySpan<byte> source, IBufferWriter<byte> destination, int maxBytes);

    /// <summary>A pooled decompressor for one stream. The caller disposes it, which returns it to the pool.</summary>
    Decompressor CreateDecompressor();
}
