using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Offsets;

/// <summary>A committed offset with what came with it. Immutable.</summary>
/// <param name="Offset">The committed offset.</param>
/// <param name="LeaderEpoch">The leader epoch of the last consumed record, or -1.</param>
/// <param name="Metadata">What the client keeps with it.</param>
/// <param name="CommitTimestampMs">When it was committed, in milliseconds since 1970.</param>
/// <param name="ExpireTimestampMs">When it expires by the client's wish, or -1 for the broker's retention.</param>
/// <param name="TopicId">The id of the topic it was committed for; zero when that is not known.</param>
/// <param name="RecordOffset">The offset of its record in <c>__consumer_offsets</c>.</param>
internal sealed record OffsetAndMetadata(
    long Offset, int LeaderEpoch, string Metadata, long CommitTimestampMs, long ExpireTimestampMs, Uuid TopicId, long RecordOffset)
{
    public static OffsetAndMetadata From(OffsetCommitValue value, long recordOffset) => new(
        value.Offset, value.LeaderEpoch, value.Metadata, value.CommitTimestamp, value.ExpireTimestamp, value.TopicId, recordOffset);

    /// <summary>Whether it may be removed; retention counts from a timestamp that the state of its group gives.</summary>
    public bool IsExpired(long nowMs, long baseTimestampMs, long retentionMs) =>
        ExpireTimestampMs >= 0 ? nowMs >= ExpireTimestampMs : nowMs - baseTimestampMs >= retentionMs;
}
