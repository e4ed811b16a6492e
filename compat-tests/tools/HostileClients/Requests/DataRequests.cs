using HostileClients.Records;
using KafkaSharp.Protocol.Messages;
using static HostileClients.Requests.RequestShape;

namespace HostileClients.Requests;

/// <summary>Requests about records and offsets in logs, other than Fetch.</summary>
internal static class DataRequests
{
    public static IReadOnlyList<RequestShape> All { get; } =
    [
        new("produce", entries =>
        {
            var batch = Batch.OfValue("x"u8);
            return ProduceRequests.To(Names.Topic, entries.Of(i => (i, batch)));
        }),
        Of<ListOffsetsRequest, ListOffsetsResponse>("list-offsets", 7, entries => new()
        {
            ReplicaId = -1,
            Topics = entries.Of(i => new ListOffsetsRequest.ListOffsetsTopic
            {
                Name = Names.Of(i), Partitions = [new() { PartitionIndex = 0, Timestamp = -1 }],
            }),
        }),
        Of<ListOffsetsRequest, ListOffsetsResponse>("list-offsets-partitions", 7, entries => new()
        {
            ReplicaId = -1,
            Topics =
            [
                new()
                {
                    Name = Names.Topic,
                    Partitions = entries.Of(i => new ListOffsetsRequest.ListOffsetsPartition { PartitionIndex = i, Timestamp = 1 }),
                },
            ],
        }),
        Of<DeleteRecordsRequest, DeleteRecordsResponse>("delete-records", 2, entries => new()
        {
            TimeoutMs = 30_000,
            Topics =
            [
                new()
                {
                    Name = Names.Topic,
                    Partitions = entries.Of(i => new DeleteRecordsRequest.DeleteRecordsPartition { PartitionIndex = i, Offset = 0 }),
                },
            ],
        }),
        Of<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>("offset-for-leader-epoch", 4, entries => new()
        {
            ReplicaId = -1,
            Topics =
            [
                new()
                {
                    Topic = Names.Topic,
                    Partitions = entries.Of(i => new OffsetForLeaderEpochRequest.OffsetForLeaderPartition
                    {
                        Partition = i, LeaderEpoch = 0,
                    }),
                },
            ],
        }),
        Of<DescribeLogDirsRequest, DescribeLogDirsResponse>("describe-log-dirs", 4, entries => new()
        {
            Topics = entries.Of(i => new DescribeLogDirsRequest.DescribableLogDirTopic { Topic = Names.Of(i), Partitions = [0] }),
        }),
    ];
}
