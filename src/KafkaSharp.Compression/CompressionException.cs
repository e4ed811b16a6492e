namespace KafkaSharp.Compression;

/// <summary>Compressed bytes that are broken, that hold more than was allowed, or a codec whose native library is not installed.</summary>
public sealed class CompressionException(string message, Exception? inner = null) : Exception(message, inner);
