using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace GroupChecker;

/// <summary>The topic that the group consumes, and the group.</summary>
internal static class RolledTopic
{
    public const string Name = "rolled";
    public const string Group = "rolled";
    public const int Partitions = 6;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    public static IEnumerable<TopicPartition> All =>
        Enumerable.Range(0, Partitions).Select(partition => new TopicPartition(Name, partition));

    public static async Task<int> CreateAsync(string bootstrap)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrap }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = Name, NumPartitions = Partitions, ReplicationFactor = 1 }]);
        return 0;
    }

    /// <summary>A consumer that is no member: it reads the offsets of the group and the ends of the partitions.</summary>
    public static IConsumer<Ignore, Ignore> Reader(string bootstrap) =>
        new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig
        {
            BootstrapServers = bootstrap, GroupId = Group, EnableAutoCommit = false, ReconnectBackoffMs = 20, ReconnectBackoffMaxMs = 200,
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();

    /// <summary>The committed offset of each partition, 0 before the first commit.</summary>
    public static long[] Committed(IConsumer<Ignore, Ignore> reader) =>
        [.. reader.Committed(All, s_patience).OrderBy(each => each.Partition.Value).Select(each => Math.Max(0, each.Offset.Value))];

    public static long[] Ends(IConsumer<Ignore, Ignore> reader) =>
        [.. All.Select(partition => reader.QueryWatermarkOffsets(partition, s_patience).High.Value)];
}
