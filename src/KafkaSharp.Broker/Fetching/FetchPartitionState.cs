using KafkaSharp.Broker.Replication;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Fetching;

/// <summary>
/// One partition of a fetch: the requested position and, in a session, the values of the last response (Kafka's <c>CachedPartition</c>).
/// Used by one request at a time: a session's requests follow one another on one connection, and the session is locked while it is changed.
/// A struct, since a request may name a million partitions: the garbage collector would copy a million objects twice.
/// </summary>
internal struct FetchPartitionState(FetchPartitionKey key)
{
    public FetchPartitionKey Key { get; } = key;

    /// <summary>The topic's name as the request or the metadata gives it; null while the id is unknown.</summary>
    public string? Topic { get; set; } = key.Topic;

    public int MaxBytes { get; set; }

    public long FetchOffset { get; set; }

    /// <summary>The leader epoch that the fetcher knows, or -1.</summary>
    public int CurrentLeaderEpoch { get; set; } = -1;

    /// <summary>The epoch of the last record that the fetcher has, or -1.</summary>
    public int LastFetchedEpoch { get; set; } = -1;

    /// <summary>The high watermark of the last response; -1 makes the next response include the partition.</summary>
    public long SentHighWatermark { get; set; } = -1;

    public long SentLogStartOffset { get; set; } = -1;

    /// <summary>Whether the metadata knew the partition at the last read.</summary>
    public bool IsKnown { get; set; }

    /// <summary>The base offset of the segment in which the first read of the request began, or -1.</summary>
    public long FirstSegment { get; set; } = -1;

    public void UpdateFrom(in FetchPartitionState wanted)
    {
        MaxBytes = wanted.MaxBytes;
        FetchOffset = wanted.FetchOffset;
        CurrentLeaderEpoch = wanted.CurrentLeaderEpoch;
        LastFetchedEpoch = wanted.LastFetchedEpoch;
    }

    /// <summary>
    /// Whether an incremental response includes this partition: it has records, its offsets moved, or there is an error. Remembers what is
    /// sent.
    /// </summary>
    public bool UpdateFrom(in FetchPartitionResult result)
    {
        var isIncluded = !result.Records.IsEmpty;
        if (SentHighWatermark != result.HighWatermark)
        {
            isIncluded = true;
            SentHighWatermark = result.HighWatermark;
        }
        if (SentLogStartOffset != result.LogStartOffset)
        {
            isIncluded = true;
            SentLogStartOffset = result.LogStartOffset;
        }
        if (result.DivergingEpoch is not null)
            isIncluded = true;
        if (result.ErrorCode != ErrorCode.None)
        {
            // The next response includes the partition again, even if there is no error any more.
            SentHighWatermark = -1;
            isIncluded = true;
        }
        return isIncluded;
    }
}
