using Confluent.Kafka;

namespace TransactionChecker;

/// <summary>Consumers of committed records.</summary>
internal static class Reader
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public static IConsumer<Ignore, string> Consumer(string bootstrap, string group) => Builder(bootstrap, group).Build();

    public static ConsumerBuilder<Ignore, string> Builder(string bootstrap, string group) =>
        new ConsumerBuilder<Ignore, string>(new ConsumerConfig
        {
            BootstrapServers = bootstrap,
            GroupId = group,
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            // A group without an offset begins with the first record; nothing is ever deleted.
            AutoOffsetReset = AutoOffsetReset.Earliest,
            IsolationLevel = IsolationLevel.ReadCommitted,
            EnablePartitionEof = true,
            FetchWaitMaxMs = 50,
            ReconnectBackoffMs = 20,
            ReconnectBackoffMaxMs = 200,
            SessionTimeoutMs = 2000,
            HeartbeatIntervalMs = 300,
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { });

    public static int ValueOf(ConsumeResult<Ignore, string> result) => int.Parse(result.Message.Value.Split(':')[0]);

    public static int? SourceOf(ConsumeResult<Ignore, string> result) =>
        result.Message.Value.Split(':') is [_, var source] ? int.Parse(source) : null;

    /// <summary>The offset that the group has committed; 0 before the first.</summary>
    public static Offset Committed(IConsumer<Ignore, string> consumer, TopicPartition list)
    {
        while (true)
        {
            try
            {
                var committed = consumer.Committed([list], s_patience)[0].Offset;
                return committed == Offset.Unset ? new Offset(0) : committed;
            }
            catch (KafkaException)
            {
                // The broker is being restarted, or a transaction is still open.
            }
        }
    }

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
