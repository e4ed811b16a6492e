namespace KafkaSharp.Compression;

/// <summary>The compressed data is corrupt or exceeds the size limit.</summary>
public sealed class CompressionException(string message, Exception? inner = null) : Exception(message, inner);
