using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Data;

/// <summary>
/// What a fetch keeps of its request once the partitions to read are known: a client decides how long the fetch waits, and how much its
/// request names beside the partitions that are read, such as one partition a million times.
/// </summary>
internal static class FetchRequestMemory
{
    // Up to here the topics are kept, so that an unexpected error can name the partitions before version 13.
    private const int FewEntries = 1000;
    private const int CharactersOfEntry = 100;

    public static void Release(FetchRequest request)
    {
        request.ForgottenTopicsData = [];
        request.RackId = "";
        request.ClusterId = null;
        if (HasMany(request.Topics))
            request.Topics = [];
    }

    private static bool HasMany(List<FetchRequest.FetchTopic> topics)
    {
        var entries = 0L;
        foreach (var topic in topics)
            entries += 1 + topic.Partitions.Count + topic.Topic.Length / CharactersOfEntry;
        return entries > FewEntries;
    }
}
