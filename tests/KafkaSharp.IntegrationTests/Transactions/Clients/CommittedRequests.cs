using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.IntegrationTests.Transactions.Clients;

/// <summary>The requests of one who reads committed records and committed offsets only.</summary>
internal static class CommittedRequests
{
    public const short FetchVersion = 12;
    public const short OffsetFetchVersion = 9;

    private const sbyte ReadCommitted = 1;

    public static FetchRequest Fetch(TopicPartition list, long offset) => new()
    {
        MaxBytes = 1 << 20,
        IsolationLevel = ReadCommitted,
        Topics =
        [
            new()
            {
                Topic = list.Topic,
                Partitions = [new() { Partition = list.Partition, FetchOffset = offset, PartitionMaxBytes = 1 << 20 }],
            },
        ],
    };

    public static OffsetFetchRequest OffsetFetch(string group, TopicPartition partition) => new()
    {
        Groups = [new() { GroupId = group, Topics = [new() { Name = partition.Topic, PartitionIndexes = [partition.Partition] }] }],
        RequireStable = true,
    };
}
