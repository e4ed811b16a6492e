using Confluent.Kafka;

namespace ConfluentKafka;

/// <summary>Transactions of librdkafka: read-process-write loops whose members and producers come and go.</summary>
internal static class Transacting
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Instances of a loop, one after another, each with the same transactional id: some transactions are aborted, some instances end in
    /// the middle of one. In the end each input has one result.
    /// </summary>
    public static void ReadProcessWrite(string bootstrap, string topic, int inputs)
    {
        using (var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = bootstrap }).Build())
        {
            for (var i = 0; i < inputs; i++)
                producer.Produce(new TopicPartition($"{topic}-in", i % 2), new Message<Null, string> { Value = $"{i}" });
            producer.Flush(Patience);
        }
        var processed = 0;
        for (var instance = 0; processed < inputs; instance++)
        {
            Check.That(instance < 50, "the loops do not come to an end");
            processed += Process(bootstrap, topic, instance, inputs - processed);
        }
        var results = ReadCommitted(bootstrap, $"{topic}-out", inputs);
        Check.Equal(inputs, results.Count, "results");
        Check.Equal(inputs, results.Distinct().Count(), "different results");
    }

    /// <summary>A transaction of an instance that another one has replaced cannot be committed.</summary>
    public static void Fencing(string bootstrap, string topic)
    {
        using var old = Producer(bootstrap, topic);
        old.InitTransactions(Patience);
        old.BeginTransaction();
        old.Produce($"{topic}-fenced", new Message<Null, string> { Value = "old" });
        Check.Equal(0, old.Flush(Patience), "messages left");
        using var successor = Producer(bootstrap, topic);
        successor.InitTransactions(Patience);
        successor.BeginTransaction();
        successor.Produce($"{topic}-fenced", new Message<Null, string> { Value = "new" });
        successor.CommitTransaction(Patience);
        try
        {
            old.CommitTransaction(Patience);
            throw new InvalidOperationException("the old producer has committed");
        }
        catch (KafkaException e)
        {
            var isFenced = e.Error.IsFatal || e.Error.Code is ErrorCode.Local_Fenced or ErrorCode.InvalidProducerEpoch;
            Check.That(isFenced, $"it is not fenced: {e}");
        }
        Check.Equal("new", string.Join(' ', ReadCommitted(bootstrap, $"{topic}-fenced", 1)), "committed messages");
    }

    /// <summary>Runs one instance for a few transactions; returns how many inputs it has committed.</summary>
    private static int Process(string bootstrap, string topic, int instance, int left)
    {
        using var producer = Producer(bootstrap, topic);
        producer.InitTransactions(Patience);
        using var consumer = new ConsumerBuilder<Ignore, string>(new ConsumerConfig
        {
            BootstrapServers = bootstrap,
            GroupId = $"{topic}-loop",
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
            IsolationLevel = IsolationLevel.ReadCommitted,
            SessionTimeoutMs = 6000,
        }).Build();
        consumer.Subscribe($"{topic}-in");
        var committed = 0;
        for (var transaction = 0; transaction < 4 && committed < left; transaction++)
        {
            var inputs = new List<string>();
            while (inputs.Count < 10 && committed + inputs.Count < left && consumer.Consume(Patience) is { } result)
                inputs.Add(result.Message.Value);
            Check.That(inputs.Count > 0, "there is nothing to read");
            producer.BeginTransaction();
            foreach (var input in inputs)
                producer.Produce($"{topic}-out", new Message<Null, string> { Value = input });
            var offsets = consumer.Assignment
                .Select(partition => new TopicPartitionOffset(partition, consumer.Position(partition)))
                .Where(position => position.Offset != Offset.Unset).ToList();
            producer.SendOffsetsToTransaction(offsets, consumer.ConsumerGroupMetadata, Patience);
            if (transaction == 3 && instance % 2 == 0)
                break; // As a process that is killed: the transaction stays open until the next instance.
            if (transaction == 2 && instance % 2 == 1)
            {
                producer.AbortTransaction(Patience);
                break;
            }
            producer.CommitTransaction(Patience);
            committed += inputs.Count;
        }
        consumer.Close();
        return committed;
    }

    private static IProducer<Null, string> Producer(string bootstrap, string topic) =>
        new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = bootstrap, TransactionalId = $"{topic}-transaction" })
            .Build();

    private static List<string> ReadCommitted(string bootstrap, string topic, int atLeast)
    {
        using var consumer = new ConsumerBuilder<Ignore, string>(new ConsumerConfig
        {
            BootstrapServers = bootstrap,
            GroupId = "unused",
            IsolationLevel = IsolationLevel.ReadCommitted,
            EnablePartitionEof = true,
        }).Build();
        consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
        var values = new List<string>();
        while (consumer.Consume(Patience) is { } result)
        {
            if (!result.IsPartitionEOF)
                values.Add(result.Message.Value);
            else if (values.Count >= atLeast)
                break;
        }
        consumer.Close();
        return values;
    }
}
