using System.Collections.Concurrent;
using Confluent.Kafka;

namespace ConfluentKafka;

internal static class Consuming
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static List<string> ReadAll(string bootstrap, TopicPartition partition, int count)
    {
        using var consumer =
            new ConsumerBuilder<Ignore, string>(new ConsumerConfig { BootstrapServers = bootstrap, GroupId = "unused" }).Build();
        consumer.Assign(new TopicPartitionOffset(partition, Offset.Beginning));
        var values = new List<string>(count);
        while (values.Count < count && consumer.Consume(Patience) is { } result)
            values.Add(result.Message.Value);
        Check.Equal(count, values.Count, "records read");
        consumer.Close();
        return values;
    }

    /// <summary>Three members join and leave one after another. Every record is consumed once, by the member with its partition.</summary>
    public static void GroupOfThree(string bootstrap, string topic, string strategy)
    {
        var seen = new ConcurrentDictionary<string, int>();
        var group = $"{topic}-group-{strategy}";
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = bootstrap }).Build();
        var sent = 0;
        var members = new List<Member>();
        for (var round = 1; round <= 3; round++)
        {
            members.Add(new Member(bootstrap, group, topic, strategy, seen));
            // With six partitions, the rebalance has finished when each member has an equal share.
            Wait(() => members.All(m => m.Assigned == 6 / members.Count), $"{round} members to hold {6 / round} partitions each");
            Send();
        }
        while (members.Count > 1)
        {
            members[0].Leave();
            members.RemoveAt(0);
            Wait(() => members.All(m => m.Assigned == 6 / members.Count), $"{members.Count} members to take over");
            Send();
        }
        members[0].Leave();
        Check.That(seen.Values.All(times => times == 1), "a record was read twice");

        using var last = new ConsumerBuilder<Ignore, string>(new ConsumerConfig { BootstrapServers = bootstrap, GroupId = group }).Build();
        var committed = last.Committed(Enumerable.Range(0, 6).Select(p => new TopicPartition(topic, p)), Patience);
        Check.Equal(sent, (int)committed.Sum(c => Math.Max(0, c.Offset.Value)), "sum of committed offsets");

        void Send()
        {
            for (var i = 0; i < 60; i++, sent++)
                producer.Produce(new TopicPartition(topic, sent % 6), new Message<Null, string> { Value = $"{strategy} {sent}" });
            producer.Flush(Patience);
            // Members join and leave only when all offsets are committed: a commit during a rebalance is refused, and its records are
            // consumed again.
            Wait(() => seen.Count == sent, "all records to be read and committed");
        }
    }

    public static void StaticMemberKeepsItsPlace(string bootstrap, string topic)
    {
        var group = $"{topic}-static";
        var config = new ConsumerConfig
        {
            BootstrapServers = bootstrap, GroupId = group, GroupInstanceId = "one", AutoOffsetReset = AutoOffsetReset.Earliest,
            SessionTimeoutMs = 30000,
        };
        string Join()
        {
            using var consumer = new ConsumerBuilder<Ignore, string>(config).Build();
            consumer.Subscribe(topic);
            Check.That(consumer.Consume(Patience) is not null, "nothing read");
            var member = consumer.MemberId;
            // Disposed without Close: a static member does not leave the group.
            return member;
        }
        Check.That(Join().Length > 0 && Join().Length > 0, "member ids");
    }

    public static void Wait(Func<bool> condition, string what) => Wait(condition, () => what);

    /// <param name="condition">What is waited for.</param>
    /// <param name="what">Names it, also by what is there instead.</param>
    public static void Wait(Func<bool> condition, Func<string> what)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!condition())
        {
            if (DateTime.UtcNow > deadline)
                throw new TimeoutException($"waited {Patience.TotalSeconds} s for {what()}");
            Thread.Sleep(20);
        }
    }
}
