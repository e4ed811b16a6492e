using Confluent.Kafka;

namespace CrashClient;

/// <summary>
/// Several groups that commit ascending offsets, one after another. A line "group partition offset" is written for each acknowledged
/// commit. The process is killed together with the broker; the check compares what the restarted broker has with the lines.
/// </summary>
internal static class Committing
{
    private const int Groups = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Commits until the process is killed, from the offsets on that the broker has.</summary>
    public static int Run(string bootstrap, string topic, int partitions, string file)
    {
        using var lines = new StreamWriter(file, append: true) { AutoFlush = true };
        for (var group = 0; group < Groups; group++)
        {
            var number = group;
            new Thread(() => Commit(bootstrap, topic, partitions, number, lines)).Start();
        }
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }

    /// <summary>
    /// Compares the offsets of the broker with the last acknowledged ones. One more is possible: of a commit whose response was lost.
    /// </summary>
    public static int Check(string bootstrap, string topic, int partitions, string file)
    {
        var acknowledged = new Dictionary<(int Group, int Partition), long>();
        var commits = 0;
        foreach (var line in CompleteLines(file))
        {
            var parts = line.Split(' ');
            acknowledged[(int.Parse(parts[0]), int.Parse(parts[1]))] = long.Parse(parts[2]);
            commits++;
        }
        var wrong = 0;
        for (var group = 0; group < Groups; group++)
        {
            using var consumer = Consumer(bootstrap, group);
            foreach (var found in consumer.Committed(PartitionsOf(topic, partitions), Patience))
            {
                var expected = acknowledged.GetValueOrDefault((group, found.Partition.Value), 0);
                var actual = OffsetOf(found);
                if (actual == expected || actual == expected + 1)
                    continue;
                wrong++;
                Console.WriteLine($"group {group}, partition {found.Partition.Value}: acknowledged {expected}, the broker has {actual}");
            }
        }
        Console.WriteLine($"{commits} acknowledged commits, {wrong} wrong offsets");
        return wrong == 0 ? 0 : 1;
    }

    private static void Commit(string bootstrap, string topic, int partitions, int group, StreamWriter lines)
    {
        using var consumer = Consumer(bootstrap, group);
        var next = consumer.Committed(PartitionsOf(topic, partitions), Patience).Select(found => OffsetOf(found) + 1).ToArray();
        for (var turn = 0; ; turn++)
        {
            var partition = turn % partitions;
            try
            {
                consumer.Commit([new TopicPartitionOffset(topic, partition, next[partition])]);
            }
            catch (KafkaException)
            {
                // The broker was killed, and this process will be next. Whether the commit has succeeded is unknown.
                return;
            }
            lock (lines)
                lines.WriteLine($"{group} {partition} {next[partition]++}");
        }
    }

    private static long OffsetOf(TopicPartitionOffset found) => found.Offset == Offset.Unset ? 0 : found.Offset.Value;

    // The process was killed: the last line may be incomplete.
    private static string[] CompleteLines(string file)
    {
        var text = File.ReadAllText(file);
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static IEnumerable<TopicPartition> PartitionsOf(string topic, int partitions) =>
        Enumerable.Range(0, partitions).Select(partition => new TopicPartition(topic, partition));

    private static IConsumer<Ignore, Ignore> Consumer(string bootstrap, int group)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = bootstrap, GroupId = $"crash-{group}", EnableAutoCommit = false, SocketTimeoutMs = 10_000,
            ReconnectBackoffMs = 20, ReconnectBackoffMaxMs = 200,
        };
        return new ConsumerBuilder<Ignore, Ignore>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
    }
}
