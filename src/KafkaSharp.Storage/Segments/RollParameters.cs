namespace KafkaSharp.Storage.Segments;

/// <summary>What decides whether an append rolls the log first (Kafka's <c>RollParams</c>); milliseconds and bytes.</summary>
readonly record struct RollParameters(
    long MaxSegmentMs, int MaxSegmentBytes, long MaxTimestampInMessages, long MaxOffsetInMessages, int MessagesSize, long NowMs);
