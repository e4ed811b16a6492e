using Confluent.Kafka.Admin;
using Confluent.Kafka;

namespace TransactionChecker;

/// <summary>
/// The topics of a run; each partition is a list of values. What is in input is processed by partition, what is in shared by the members of
/// a group.
/// </summary>
internal static class Lists
{
    public const string Written = "lists";
    public const string Input = "input";
    public const string Output = "output";
    public const string Group = "processors";
    public const string Shared = "shared";
    public const string Grouped = "grouped";
    public const string Members = "members";

    private static readonly string[] s_topics = [Written, Input, Output, Shared, Grouped];

    public static IEnumerable<TopicPartition> All =>
        s_topics.SelectMany(Of);

    /// <summary>The lists of a topic.</summary>
    public static IEnumerable<TopicPartition> Of(string topic) =>
        Enumerable.Range(0, PartitionsOf(topic)).Select(partition => new TopicPartition(topic, partition));

    // More than one for each member.
    public static int PartitionsOf(string topic) => topic is Shared or Grouped ? 4 : 2;

    public static async Task<int> CreateAsync(string bootstrap)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrap }).Build();
        await admin.CreateTopicsAsync(s_topics.Select(
            topic => new TopicSpecification { Name = topic, NumPartitions = PartitionsOf(topic), ReplicationFactor = 1 }));
        return 0;
    }
}
