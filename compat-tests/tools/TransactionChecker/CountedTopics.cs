using Confluent.Kafka;

namespace TransactionChecker;

/// <summary>
/// The topics that the Java client has written, counted-INSTANCE, one for each instance of its process. There is no journal of it: it
/// writes 0, 1, 2 … in transactions that it commits, so that what is there must be the first numbers, each once and, in a partition, in
/// order.
/// </summary>
internal static class CountedTopics
{
    private const string Prefix = "counted-";

    public static IReadOnlyList<TopicPartition> Find(IAdminClient admin) =>
    [
        .. from topic in admin.GetMetadata(TimeSpan.FromSeconds(60)).Topics
           where topic.Topic.StartsWith(Prefix, StringComparison.Ordinal)
           from partition in topic.Partitions
           select new TopicPartition(topic.Topic, partition.PartitionId),
    ];

    /// <summary>What is wrong, in words, and how many numbers there are.</summary>
    public static (IReadOnlyList<string> Violations, int Numbers) Check(string bootstrap, IEnumerable<TopicPartition> partitions)
    {
        var violations = new List<string>();
        var count = 0;
        foreach (var topic in partitions.GroupBy(list => list.Topic))
        {
            var lists = topic.Select(list => Numbers(bootstrap, list)).ToList();
            if (lists.Exists(list => !list.SequenceEqual(list.Order())))
                violations.Add($"out of order: the numbers of a partition of {topic.Key}");
            List<int> all = [.. lists.SelectMany(list => list).Order()];
            var right = all.TakeWhile((number, index) => number == index).Count();
            if (right < all.Count)
                violations.Add($"lost or doubled: {topic.Key} has {all[right]} in the place of {right}");
            count += all.Count;
        }
        return (violations, count);
    }

    private static List<int> Numbers(string bootstrap, TopicPartition list) => [.. Reader.ReadAll(bootstrap, list).Select(Reader.ValueOf)];
}
