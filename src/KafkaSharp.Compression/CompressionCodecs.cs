namespace KafkaSharp.Compression;

/// <summary>The codecs of Kafka's five compression types.</summary>
public static class CompressionCodecs
{
    private static readonly ICompressionCodec[] ByType =
        [new NoCompressionCodec(), new GzipCodec(), new SnappyCodec(), new Lz4Codec(ignoreHeaderChecksum: false), new ZstdCodec()];

    /// <summary>
    /// lz4 as magic 0 messages hold it: their old writers computed the header's checksum over the wrong bytes, so it is not looked at.
    /// </summary>
    public static ICompressionCodec LegacyLz4 { get; } = new Lz4Codec(ignoreHeaderChecksum: true);

    /// <summary>The codec of a type; anything but the five defined values is an <see cref="ArgumentOutOfRangeException"/>.</summary>
    public static ICompressionCodec Get(CompressionType type) =>
        (uint)type < (uint)ByType.Length
            ? ByType[(int)type]
            : throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown compression type");
}
