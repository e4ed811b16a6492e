using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Fetching;

/// <summary>
/// What a fetcher wants of one partition and, while a session lives, what it was last told (Kafka's <c>CachedPartition</c>).
/// Owned by one request at a time: a session's requests follow one another on one connection, and the session is locked while it is read.
/// </summary>
sealed class FetchPartitionState(FetchPartitionKey key)
{
    public FetchPartitionKey Key { get; } = key;

    /// <summary>The topic's name as the request or the metadata gives it; null while the id is unknown.</summary>
    public string? Topic { get; set; } = key.Topic;

    public int MaxBytes { get; set; }

    public long FetchOffset { get; set; }

    /// <summary>The leader epoch the fetcher believes in, or -1.</summary>
    public int CurrentLeaderEpoch { get; set; } = -1;

    /// <summary>The epoch of the last record the fetcher has, or -1.</summary>
    public int LastFetchedEpoch { get; set; } = -1;

    /// <summary>The high watermark of the last answer; -1 makes the next answer name the partition again.</summary>
    public long ToldHighWatermark { get; set; } = -1;

    public long ToldLogStartOffset { get; set; } = -1;

    public void UpdateFrom(FetchPartitionState wanted)
    {
        MaxBytes = wanted.MaxBytes;
        FetchOffset = wanted.FetchOffset;
        CurrentLeaderEpoch = wanted.CurrentLeaderEpoch;
        LastFetchedEpoch = wanted.LastFetchedEpoch;
    }

    /// <summary>
    /// Whether an incremental answer names this partition: it has records, its watermarks moved, or something is wrong. Notes what is told.
    /// </summary>
    public bool TakeNews(in FetchPartitionResult result)
    {
        var news = !result.Records.IsEmpty;
        if (ToldHighWatermark != result.HighWatermark)
        {
            news = true;
            ToldHighWatermark = result.HighWatermark;
        }
        if (ToldLogStartOffset != result.LogStartOffset)
        {
            news = true;
            ToldLogStartOffset = result.LogStartOffset;
        }
        if (result.DivergingEpoch is not null)
            news = true;
        if (result.ErrorCode != ErrorCode.None)
        {
            // The next answer repeats the partition whether or not the error is gone by then.
            ToldHighWatermark = -1;
            news = true;
        }
        return news;
    }
}

/// <summary>Names a partition within a fetch: by topic id from version 13 on (KIP-516), by name before; the other one is zero or null.</summary>
readonly record struct FetchPartitionKey(Uuid TopicId, string? Topic, int Partition);
