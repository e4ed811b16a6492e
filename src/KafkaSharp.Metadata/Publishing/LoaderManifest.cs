namespace KafkaSharp.Metadata.Publishing;

/// <summary>The source of an image: a snapshot, or a number of bytes of the log.</summary>
public readonly record struct LoaderManifest(bool IsSnapshot, long Bytes);
