namespace KafkaSharp.Storage;

/// <summary>The offsets of a log at one moment with where they lie, for fetches that wait (Kafka's <c>LogOffsetSnapshot</c>).</summary>
public readonly record struct LogOffsetSnapshot(
    long LogStartOffset, LogOffsetMetadata LogEndOffset, LogOffsetMetadata HighWatermark, LogOffsetMetadata LastStableOffset);
