using HostileClients.Wire;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace HostileClients.Requests;

/// <summary>Fetch requests from the start of partitions.</summary>
internal static class FetchRequests
{
    /// <summary>The session epoch of a request that belongs to no session, and of one that opens a session.</summary>
    public const int NoSession = -1, NewSession = 0;

    /// <summary>Partition 0 of a topic, waiting up to <paramref name="maxWaitMs"/> for a byte.</summary>
    public static RequestFrame Of(string topic, int maxWaitMs, int maxBytes) => Of(12, [Topic(topic, [0])], maxWaitMs, maxBytes);

    public static RequestFrame Of(
        short version, IEnumerable<FetchRequest.FetchTopic> topics, int maxWaitMs = 0, int maxBytes = 1 << 20, int sessionEpoch = NoSession)
    {
        List<FetchRequest.FetchTopic> list = [.. topics];
        foreach (var partition in list.SelectMany(topic => topic.Partitions))
            partition.PartitionMaxBytes = maxBytes;
        return RequestFrame.Of<FetchRequest, FetchResponse>(
            new()
            {
                MaxWaitMs = maxWaitMs, MinBytes = maxWaitMs > 0 ? 1 : 0, MaxBytes = maxBytes, SessionEpoch = sessionEpoch, Topics = list,
            },
            version);
    }

    /// <summary>A full fetch that opens a session without partitions and names forgotten ones.</summary>
    public static RequestFrame Forgetting(string topic, int partitions) => RequestFrame.Of<FetchRequest, FetchResponse>(
        new()
        {
            SessionEpoch = NewSession, ForgottenTopicsData = [new() { Topic = topic, Partitions = [.. Enumerable.Range(0, partitions)] }],
        },
        12);

    /// <summary>A topic by name, or by id from version 13 on.</summary>
    public static FetchRequest.FetchTopic Topic(string name, IEnumerable<int> partitions, Uuid id = default) => new()
    {
        Topic = name, TopicId = id,
        Partitions = [.. partitions.Select(partition => new FetchRequest.FetchPartition { Partition = partition })],
    };

    /// <summary>
    /// Ids whose halves have the same hash code where a long is hashed as the exclusive or of its halves, as in Java and in .NET.
    /// </summary>
    public static IEnumerable<Uuid> CollidingIds(int count) =>
        Enumerable.Range(2, count).Select(i => new Uuid(((long)i << 32) | (uint)i, 0));
}
