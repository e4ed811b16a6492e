using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Offsets;

/// <summary>A committed offset with what came with it. Immutable but for the place of its record, which replay fills in.</summary>
/// <param name="Offset">The committed offset.</param>
/// <param name="LeaderEpoch">The leader epoch of the last consumed record, or -1.</param>
/// <param name="Metadata">What the client wants kept with it.</param>
/// <param name="CommitTimestampMs">When it was committed.</param>
/// <param name="ExpireTimestampMs">When the client wants it forgotten, or -1 for the broker's retention.</param>
/// <param name="TopicId">The id of the topic it was committed for; zero where it is not known.</param>
sealed record OffsetAndMetadata(
    long Offset, int LeaderEpoch, string Metadata, long CommitTimestampMs, long ExpireTimestampMs, Uuid TopicId)
{
    /// <summary>The offset of its record in <c>__consumer_offsets</c>; -1 before it is written.</summary>
    public long RecordOffset { get; set; } = -1;

    public static OffsetAndMetadata From(OffsetCommitValue value) =>
        new(value.Offset, value.LeaderEpoch, value.Metadata, value.CommitTimestamp, value.ExpireTimestamp, value.TopicId);

    public OffsetCommitValue ToMessage() => new()
    {
        Offset = Offset,
        LeaderEpoch = LeaderEpoch,
        Metadata = Metadata,
        CommitTimestamp = CommitTimestampMs,
        ExpireTimestamp = ExpireTimestampMs,
        TopicId = TopicId,
    };

    /// <summary>Whether it may be forgotten; retention counts from a timestamp that the state of its group gives.</summary>
    public bool IsExpired(long nowMs, long baseTimestampMs, long retentionMs) =>
        ExpireTimestampMs >= 0 ? nowMs >= ExpireTimestampMs : nowMs - baseTimestampMs >= retentionMs;
}
