using KafkaSharp.Broker.Fetching;
using KafkaSharp.Broker.Replication;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Tests.Fetching;

/// <summary>The requests and results of tests of fetch sessions, all of one topic.</summary>
internal static class FetchSessionRequests
{
    public static FetchRequest Request(int session, int epoch, params int[] partitions) => new()
    {
        ReplicaId = -1,
        SessionId = session,
        SessionEpoch = epoch,
        Topics = partitions.Length == 0
            ? []
            : [new() { Topic = "t",
                Partitions = [.. partitions.Select(p => new FetchRequest.FetchPartition { Partition = p, PartitionMaxBytes = 100 })] }],
    };

    public static FetchPartitionResult Result() => new() { HighWatermark = 10, LastStableOffset = 10, LogStartOffset = 0 };

    public static FetchPartitionResult[] Nothing(int count) => [.. Enumerable.Repeat(Result(), count)];

    public static IEnumerable<FetchPartitionKey> KeysOf(FetchContext fetch) =>
        Enumerable.Range(0, fetch.Partitions.Count).Select(i => fetch.Partitions[i].Key);

    public static int[] Numbers(FetchContext fetch) => [.. KeysOf(fetch).Select(key => key.Partition)];
}
