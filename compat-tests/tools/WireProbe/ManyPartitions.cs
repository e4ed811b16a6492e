using System.Diagnostics;
using System.Net;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;

namespace WireProbe;

/// <summary>
/// Many partitions in topics of up to 1,000: creates them, fills each with one record for each segment (their timestamps are an hour apart
/// and segment.ms is a second), and checks that all have a leader and all records are returned. Prints lines of name, tab and value.
/// </summary>
internal static class ManyPartitions
{
    private const int PerTopic = 1000;
    private const short MetadataVersion = 12;

    public static int Create(IPEndPoint broker, int partitions, int segments)
    {
        using var connection = new WireConnection(broker);
        var clock = Stopwatch.StartNew();
        foreach (var (name, count) in Topics(partitions))
        {
            var created = connection.Ask<CreateTopicsRequest, CreateTopicsResponse>(
                new CreateTopicsRequest
                {
                    Topics =
                    [
                        new CreateTopicsRequest.CreatableTopic
                        {
                            Name = name,
                            NumPartitions = count,
                            ReplicationFactor = 1,
                            Configs =
                            [
                                new CreateTopicsRequest.CreatableTopicConfig { Name = "segment.ms", Value = "1000" },
                                new CreateTopicsRequest.CreatableTopicConfig { Name = "retention.ms", Value = "-1" },
                            ],
                        },
                    ],
                    TimeoutMs = 120_000,
                },
                7).Topics[0];
            if (created.ErrorCode != ErrorCode.None)
                return Fail($"{name} was not created: {created.ErrorCode} {created.ErrorMessage}");
        }
        // The genuine broker responds before it leads the new partitions.
        while (CountLed(connection) < partitions)
            Thread.Sleep(20);
        Print("create, s", clock.Elapsed.TotalSeconds);
        clock.Restart();
        for (var segment = 0; segment < segments; segment++)
        {
            foreach (var (name, count) in Topics(partitions))
            {
                // The metadata of the genuine broker names it as the leader before it is ready to be one.
                IReadOnlyList<int> left = [.. Enumerable.Range(0, count)];
                while (left.Count > 0)
                {
                    var refused = Produce(connection, name, left, segment);
                    if (refused.FirstOrDefault(p => p.ErrorCode != ErrorCode.NotLeaderOrFollower) is { } other)
                        return Fail($"a record for {name}-{other.Index} was refused: {other.ErrorCode}");
                    left = [.. refused.Select(partition => partition.Index)];
                }
            }
        }
        if (segments > 0)
            Print("first record of each segment, s", clock.Elapsed.TotalSeconds);
        return 0;
    }

    public static int Check(IPEndPoint broker, int partitions, int segments)
    {
        using var connection = new WireConnection(broker);
        var clock = Stopwatch.StartNew();
        while (CountLed(connection) is var led && led < partitions)
        {
            if (clock.Elapsed > TimeSpan.FromMinutes(5))
                return Fail($"only {led} of {partitions} partitions have a leader");
            Thread.Sleep(20);
        }
        Print("all partitions led after the first response, s", clock.Elapsed.TotalSeconds);
        var times = new List<double>();
        for (var round = 0; round < 5; round++)
        {
            clock.Restart();
            CountLed(connection);
            times.Add(clock.Elapsed.TotalMilliseconds);
        }
        Print("Metadata of all topics, ms", times.Order().ElementAt(2));
        clock.Restart();
        var records = Topics(partitions).Sum(topic => Read(connection, topic.Name, topic.Count, segments));
        if (records != partitions * segments)
            return Fail($"{records} records were returned, not {partitions * segments}");
        if (segments > 0)
            Print("fetch all records, s", clock.Elapsed.TotalSeconds);
        return 0;
    }

    private static IEnumerable<(string Name, int Count)> Topics(int partitions) =>
        Enumerable.Range(0, (partitions + PerTopic - 1) / PerTopic)
            .Select(i => ($"many-{i}", Math.Min(PerTopic, partitions - i * PerTopic)));

    private static int CountLed(WireConnection connection) =>
        connection.Ask<MetadataRequest, MetadataResponse>(
                new MetadataRequest { Topics = null, AllowAutoTopicCreation = false }, MetadataVersion).Topics
            .Where(topic => topic.Name?.StartsWith("many-", StringComparison.Ordinal) == true)
            .Sum(topic => topic.Partitions.Count(partition => partition is { ErrorCode: ErrorCode.None, LeaderId: >= 0 }));

    private static IReadOnlyList<ProduceResponse.PartitionProduceResponse> Produce(
        WireConnection connection, string name, IReadOnlyList<int> partitions, int segment)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        builder.Append(1_700_000_000_000 + segment * 3_600_000L, "k"u8, "v"u8);
        var records = builder.Build();
        var response = connection.Ask<ProduceRequest, ProduceResponse>(
            new ProduceRequest
            {
                Acks = -1,
                TimeoutMs = 60_000,
                TopicData =
                [
                    new ProduceRequest.TopicProduceData
                    {
                        Name = name,
                        PartitionData =
                        [
                            .. partitions
                                .Select(index => new ProduceRequest.PartitionProduceData { Index = index, Records = records }),
                        ],
                    },
                ],
            }, 11);
        return [.. response.Responses[0].PartitionResponses.Where(partition => partition.ErrorCode != ErrorCode.None)];
    }

    private static int Read(WireConnection connection, string name, int partitions, int segments)
    {
        var records = 0;
        for (long offset = 0; offset < segments; offset++)
        {
            var response = connection.Ask<FetchRequest, FetchResponse>(
                new FetchRequest
                {
                    MaxBytes = int.MaxValue,
                    MaxWaitMs = 0,
                    SessionEpoch = -1,
                    Topics =
                    [
                        new FetchRequest.FetchTopic
                        {
                            Topic = name,
                            Partitions =
                            [
                                .. Enumerable.Range(0, partitions).Select(index => new FetchRequest.FetchPartition
                                {
                                    Partition = index, FetchOffset = offset, PartitionMaxBytes = 1 << 20, CurrentLeaderEpoch = -1,
                                }),
                            ],
                        },
                    ],
                }, 11);
            foreach (var partition in response.Responses.SelectMany(topic => topic.Partitions))
            {
                foreach (var batch in new RecordBatchReader(partition.Records!.Value.Span))
                    records += batch.BaseOffset == offset ? batch.Header.RecordCount : 0;
            }
        }
        return records;
    }

    private static void Print(string name, double value) => Console.WriteLine($"{name}\t{value:G4}");

    private static int Fail(string reason)
    {
        Console.Error.WriteLine(reason);
        return 1;
    }
}
