using System.Globalization;

namespace CompareRequests.Timings;

/// <summary>
/// How many bytes a waiting fetch waits for. The topic "filled" has two partitions with three batches of <see cref="Batch"/> bytes each.
/// </summary>
internal static class FetchTimings
{
    private const int Batch = 94;
    private const int Both = 6 * Batch;
    private const int Wait = 2500;

    public static readonly TimedScenario[] List =
    [
        Read("as many bytes as there are", Fetch(Both)),
        Read("one byte more than there are", Fetch(Both + 1)),
        Read("as many bytes as the request's limit admits", Fetch(Batch, max: Batch)),
        Read("more bytes than the request's limit admits", Fetch(2 * Batch, max: Batch)),
        Read("more bytes than the limit of the partitions admits", Fetch(3 * Batch, partition: 1)),
        Read("as many bytes as the limits of the partitions admit", Fetch(2 * Batch, partition: Batch)),
        Read("no more bytes than the first batch, which the limits do not admit", Fetch(Batch, partition: 1, max: 1)),
        Read("a byte, at the end of the log", Fetch(1, offset: 9)),
        Read("no byte, at the end of the log", Fetch(0, offset: 9)),
        Read("a byte, behind the end of the log", Fetch(1, offset: 10)),
        Read("a byte of a partition that does not exist", Fetch(1, offset: 9, second: 7)),
        Read("a byte at an epoch that is over", Fetch(1, offset: 9, epoch: 7)),
        Grow("a byte more", 1),
        Grow("as many bytes as one batch", Batch),
        Grow("one byte more than one batch", Batch + 1),
        Grow("as many bytes as two batches", 2 * Batch),
        Grow("more bytes than the limit of the partition admits", Batch + 1, partition: Batch),
        Grow("as many bytes as the limit of the partition admits", Batch, partition: Batch),
        Grow("more bytes than the request's limit admits", Batch + 1, max: Batch),
    ];

    public static string Fetch(
        int minBytes, int max = 1_000_000, int partition = 1_000_000, int offset = 0, int second = 1, int epoch = -1, int wait = Wait,
        string topic = "@filled") =>
        $$"""
        {"ReplicaId":-1,"MaxWaitMs":{{wait}},"MinBytes":{{minBytes}},"MaxBytes":{{max}},"IsolationLevel":0,"SessionId":0,"SessionEpoch":-1,
         "Topics":[{"Topic":"{{topic}}","Partitions":[
          {"Partition":0,"CurrentLeaderEpoch":{{epoch}},"FetchOffset":{{offset}},"LogStartOffset":-1,"PartitionMaxBytes":{{partition}}},
          {"Partition":{{second}},"CurrentLeaderEpoch":-1,"FetchOffset":{{offset}},"LogStartOffset":-1,"PartitionMaxBytes":{{partition}}}]}]}
        """;

    private static TimedScenario Read(string name, string request) => new("a fetch of " + name, client =>
    {
        var connection = client.Connect();
        client.StartWatch();
        var response = client.Run(connection, "Fetch", 11, request);
        client.StopWatch();
        return Result(response);
    });

    // Three batches arrive at partition 0 while the fetch waits, with 300 ms between them.
    private static TimedScenario Grow(string name, int minBytes, int max = 1_000_000, int partition = 1_000_000) =>
        new("a fetch at the end of a log that grows, for " + name, client =>
        {
            var (reader, writer) = (client.Connect(), client.Connect());
            client.Run(writer, "CreateTopics", 4,
                """{"Topics":[{"Name":"@name","NumPartitions":2,"ReplicationFactor":1,"Assignments":[],"Configs":[]}],"TimeoutMs":10000}""");
            client.Until(writer, "Produce", 8, Produce, "Responses[0].PartitionResponses[0].ErrorCode", "0");
            client.Until(writer, "ListOffsets", 4, ListOffsets, "Topics[0].Partitions[0].ErrorCode", "0");
            client.StartWatch();
            client.Send(reader, "Fetch", 11,
                Fetch(minBytes, max, partition, topic: "@name").Replace("\"FetchOffset\":0", "\"FetchOffset\":3", StringComparison.Ordinal)
                    .Replace("\"Partition\":1,\"CurrentLeaderEpoch\":-1,\"FetchOffset\":3",
                        "\"Partition\":1,\"CurrentLeaderEpoch\":-1,\"FetchOffset\":0", StringComparison.Ordinal));
            for (var i = 0; i < 3; i++)
            {
                Thread.Sleep(300);
                client.Run(writer, "Produce", 8, Produce);
            }
            var response = client.Receive(reader, "Fetch", 11);
            client.StopWatch();
            return Result(response);
        });

    private const string Produce =
        """{"Acks":1,"TimeoutMs":5000,"TopicData":[{"Name":"@name","PartitionData":[{"Index":0,"Records":"@records"}]}]}""";

    private const string ListOffsets =
        """{"ReplicaId":-1,"Topics":[{"Name":"@name","Partitions":[{"PartitionIndex":1,"CurrentLeaderEpoch":-1,"Timestamp":-1}]}]}""";

    private static string Result(Dictionary<string, object?> response) => string.Join(", ", Enumerable.Range(0, 2).Select(i =>
        string.Create(CultureInfo.InvariantCulture,
            $"error {TimedClient.Text(response, $"Responses[0].Partitions[{i}].ErrorCode")} and {Size(response, i)} bytes")));

    private static int Size(Dictionary<string, object?> response, int i) =>
        (Running.Broker.Find(response, $"Responses[0].Partitions[{i}].Records") as byte[])?.Length ?? 0;
}
