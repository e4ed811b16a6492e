using Confluent.Kafka;

namespace CrashClient;

/// <summary>
/// Consumes every partition from start to end. Lost: an acknowledged record is not at its offset. Duplicated: a number occurs twice. Out of
/// order: a number follows a greater one. Missing: a number does not occur although a later one does.
/// </summary>
internal static class Verifying
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static int Run(string bootstrap, string topic, int partitions, string file)
    {
        var acknowledged = new Dictionary<long, long>[partitions];
        for (var p = 0; p < partitions; p++)
            acknowledged[p] = [];
        foreach (var line in File.ReadLines(file))
        {
            var parts = line.Split(' ');
            acknowledged[int.Parse(parts[0])].Add(long.Parse(parts[1]), long.Parse(parts[2]));
        }
        var (read, lost, doubled, disordered, missing) = (0L, 0L, 0L, 0L, 0L);
        for (var p = 0; p < partitions; p++)
        {
            var seen = ReadAll(bootstrap, new TopicPartition(topic, p));
            read += seen.Count;
            var (highest, numbers) = (-1L, new HashSet<long>(seen.Count));
            foreach (var (number, offset) in seen)
            {
                if (!numbers.Add(number))
                    doubled++;
                else if (number < highest)
                    disordered++;
                highest = Math.Max(highest, number);
                if (acknowledged[p].TryGetValue(number, out var where) && where == offset)
                    acknowledged[p].Remove(number);
            }
            missing += highest + 1 - numbers.Count;
            lost += acknowledged[p].Count;
            foreach (var (number, offset) in acknowledged[p].OrderBy(pair => pair.Value).Take(3))
                Console.WriteLine($"partition {p}: record {number}, acknowledged at offset {offset}, is missing");
        }
        Console.WriteLine($"{read} read, {lost} lost, {doubled} duplicated, {disordered} out of order, {missing} missing");
        return lost + doubled + disordered + missing == 0 && read > 0 ? 0 : 1;
    }

    private static List<(long Number, long Offset)> ReadAll(string bootstrap, TopicPartition partition)
    {
        var config = new ConsumerConfig { BootstrapServers = bootstrap, GroupId = "verify", EnableAutoCommit = false,
            EnablePartitionEof = true };
        using var consumer = new ConsumerBuilder<Ignore, string>(config).SetLogHandler((_, _) => { }).Build();
        var end = consumer.QueryWatermarkOffsets(partition, Patience).High;
        consumer.Assign(new TopicPartitionOffset(partition, Offset.Beginning));
        var seen = new List<(long, long)>();
        while (true)
        {
            var result = consumer.Consume(Patience)
                ?? throw new TimeoutException($"{partition}: no further record after {seen.Count} of {end}");
            if (result.IsPartitionEOF)
                return seen;
            seen.Add((long.Parse(result.Message.Value.Split(' ')[1]), result.Offset));
        }
    }
}
