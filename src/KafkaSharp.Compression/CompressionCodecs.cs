namespace KafkaSharp.Compression;

/// <summary>The codecs of Kafka's five compression types. Thread-safe.</summary>
public static class CompressionCodecs
{
    private static readonly ICompressionCodec[] ByType =
        [new NoCompressionCodec(), new GzipCodec(), new SnappyCodec(), new Lz4Codec(ignoreHeaderChecksum: false), new ZstdCodec()];

    /// <summary>
    /// The lz4 codec for magic 0 messages. It ignores the checksum of the frame header, because old clients computed it over the wrong
    /// bytes.
    /// </summary>
    public static ICompressionCodec LegacyLz4 { get; } = new Lz4Codec(ignoreHeaderChecksum: true);

    /// <summary>The codec of a compression type.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The type is not one of the five defined values.</exception>
    public static ICompressionCodec Get(CompressionType type) =>
        (uint)type < (uint)ByType.Length
            ? ByType[(int)type]
            : throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown compression type");
}
