using Confluent.Kafka.Admin;
using Confluent.Kafka;

namespace TransactionChecker;

/// <summary>The topics of a run; each partition is a list of values.</summary>
internal static class Lists
{
    public const string Written = "lists";
    public const string Input = "input";
    public const string Output = "output";
    public const string Group = "processors";
    public const int Partitions = 2;

    public static IEnumerable<TopicPartition> All =>
        from topic in new[] { Written, Input, Output }
        from partition in Enumerable.Range(0, Partitions)
        select new TopicPartition(topic, partition);

    public static async Task<int> CreateAsync(string bootstrap)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrap }).Build();
        await admin.CreateTopicsAsync(new[] { Written, Input, Output }.Select(
            topic => new TopicSpecification { Name = topic, NumPartitions = Partitions, ReplicationFactor = 1 }));
        return 0;
    }
}
