namespace KafkaSharp.Compression;

/// <summary>The codecs of Kafka's five compression types.</summary>
public static class CompressionCodecs
{
    /// <summary>The codec of a type; anything but the five defined values is an <see cref="ArgumentOutOfRangeException"/>.</summary>
    public static ICompressionCodec Get(CompressionType type) => throw new NotImplementedException();
}
