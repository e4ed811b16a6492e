using Confluent.Kafka;

namespace TransactionChecker;

/// <summary>Consumers of committed records.</summary>
internal static class Reader
{
    public static IConsumer<Ignore, string> Consumer(string bootstrap, string group) =>
        new ConsumerBuilder<Ignore, string>(new ConsumerConfig
        {
            BootstrapServers = bootstrap,
            GroupId = group,
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            AutoOffsetReset = AutoOffsetReset.Error,
            IsolationLevel = IsolationLevel.ReadCommitted,
            EnablePartitionEof = true,
            FetchWaitMaxMs = 50,
            ReconnectBackoffMs = 20,
            ReconnectBackoffMaxMs = 200,
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();

    public static int ValueOf(ConsumeResult<Ignore, string> result) => int.Parse(result.Message.Value.Split(':')[0]);

    public static int? SourceOf(ConsumeResult<Ignore, string> result) =>
        result.Message.Value.Split(':') is [_, var source] ? int.Parse(source) : null;

    /// <summary>Reads all lists from their beginning while others write; it does not end by itself.</summary>
    public static void Follow(string bootstrap, Journal journal)
    {
        using var consumer = Consumer(bootstrap, "reader");
        consumer.Assign(Lists.All.Select(list => new TopicPartitionOffset(list, 0)));
        while (true)
        {
            try
            {
                if (consumer.Consume(TimeSpan.FromSeconds(1)) is { IsPartitionEOF: false } result)
                    journal.Saw(result.Topic, result.Partition, ValueOf(result));
            }
            catch (ConsumeException)
            {
                // The broker is being restarted.
            }
        }
    }

    /// <summary>All committed records of a list.</summary>
    public static List<ConsumeResult<Ignore, string>> ReadAll(string bootstrap, TopicPartition list)
    {
        using var consumer = Consumer(bootstrap, "checker");
        consumer.Assign(new TopicPartitionOffset(list, 0));
        var all = new List<ConsumeResult<Ignore, string>>();
        while (true)
        {
            var result = consumer.Consume(TimeSpan.FromSeconds(30)) ?? throw new TimeoutException($"The end of {list} is not reached");
            if (result.IsPartitionEOF)
                return all;
            all.Add(result);
        }
    }
}
