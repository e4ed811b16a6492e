namespace KafkaSharp.Storage.Segments;

/// <summary>
/// The values that determine whether an append must roll the log first (Kafka's <c>RollParams</c>), in milliseconds and bytes.
/// </summary>
internal readonly record struct RollParameters(
    long MaxSegmentMs, int MaxSegmentBytes, long MaxTimestampInMessages, long MaxOffsetInMessages, int MessagesSize, long NowMs);
