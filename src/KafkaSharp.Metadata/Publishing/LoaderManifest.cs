namespace KafkaSharp.Metadata.Publishing;

/// <summary>How an image came about: from a snapshot or from so many bytes of log.</summary>
public readonly record struct LoaderManifest(bool IsSnapshot, long Bytes);
