using System.Collections.Concurrent;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace ConfluentKafka;

/// <summary>A running group changes its protocol, a member after the other, while records are produced (KIP-848).</summary>
internal static class Migrating
{
    private const int Partitions = 6;
    private const int Size = 3;

    /// <summary>
    /// From the range strategy of a classic group to the consumer protocol, and back to the cooperative strategy: no record is skipped and
    /// no commit lost.
    /// </summary>
    public static void ThereAndBack(IAdminClient admin, string bootstrap, string topic)
    {
        var group = $"{topic}-group";
        var seen = new ConcurrentDictionary<string, int>();
        using var source = new Source(bootstrap, topic, Partitions);
        var members = new Queue<Member>();
        for (var i = 0; i < Size; i++)
            members.Enqueue(new Member(bootstrap, group, topic, "range", seen));
        AwaitAll(members, Partitions, "the classic members");
        AwaitRecords(source, seen);
        Check.Equal(ConsumerGroupType.Classic, TypeOf(admin, group), "type before");

        var refused = 0;
        foreach (var (next, type) in new[] { ("consumer", ConsumerGroupType.Consumer), ("cooperative", ConsumerGroupType.Classic) })
        {
            for (var i = 0; i < Size; i++)
            {
                members.Enqueue(new Member(bootstrap, group, topic, next, seen));
                AwaitAll(members, Partitions, $"{Size} members and a new one ({next})");
                var old = members.Dequeue();
                old.Leave();
                refused += old.RefusedCommits;
                AwaitAll(members, Partitions, $"{Size} members, {i + 1} of them new ({next})");
                // Records of every partition are read between two changes, so that a member that has stopped reading is noticed.
                AwaitRecords(source, seen);
            }
            Check.Equal(type, TypeOf(admin, group), $"type with {next}");
        }

        var sent = source.Stop();
        Consuming.Wait(() => seen.Count == sent, "all records to be read");
        while (members.TryDequeue(out var last))
        {
            last.Leave();
            refused += last.RefusedCommits;
        }
        // Each refused commit may have returned the reader of a partition to the record before: no other record is read again.
        var again = seen.Values.Sum(times => times - 1);
        Check.That(again <= refused, $"{again} records were read again after {refused} refused commits");
        Check.Equal(sent, Committed(bootstrap, group, topic), "sum of committed offsets");
    }

    private static void AwaitAll(IReadOnlyCollection<Member> members, int partitions, string what) =>
        Consuming.Wait(() => members.All(m => m.Assigned > 0) && members.Sum(m => m.Assigned) == partitions, $"partitions of {what}");

    private static void AwaitRecords(Source source, ConcurrentDictionary<string, int> seen)
    {
        var count = source.Delivered + (10 * Partitions);
        Consuming.Wait(() => source.Delivered >= count, "records to be produced");
        Consuming.Wait(() => Enumerable.Range(0, count).All(number => seen.ContainsKey($"{number}")), "the records before to be read");
    }

    private static ConsumerGroupType TypeOf(IAdminClient admin, string group) =>
        admin.ListConsumerGroupsAsync().GetAwaiter().GetResult().Valid.Single(each => each.GroupId == group).Type;

    private static int Committed(string bootstrap, string group, string topic)
    {
        using var reader = new ConsumerBuilder<Ignore, string>(
            new ConsumerConfig { BootstrapServers = bootstrap, GroupId = group }).Build();
        var committed = reader.Committed(
            Enumerable.Range(0, Partitions).Select(partition => new TopicPartition(topic, partition)), TimeSpan.FromSeconds(30));
        return (int)committed.Sum(each => Math.Max(0, each.Offset.Value));
    }

    /// <summary>Produces 0, 1, 2 … to the partitions in turn, a few hundred a second, until it is stopped.</summary>
    private sealed class Source : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Thread _thread;
        private int _delivered;

        public Source(string bootstrap, string topic, int partitions)
        {
            _thread = new Thread(() =>
            {
                using var producer = new ProducerBuilder<Null, string>(
                    new ProducerConfig { BootstrapServers = bootstrap, EnableIdempotence = true }).Build();
                while (!_stop.IsCancellationRequested)
                {
                    var number = _delivered;
                    var partition = new TopicPartition(topic, number % partitions);
                    producer.ProduceAsync(partition, new Message<Null, string> { Value = $"{number}" }).GetAwaiter().GetResult();
                    Volatile.Write(ref _delivered, number + 1);
                }
            })
            {
                IsBackground = true,
            };
            _thread.Start();
        }

        public int Delivered => Volatile.Read(ref _delivered);

        /// <summary>The number of records produced.</summary>
        public int Stop()
        {
            _stop.Cancel();
            _thread.Join();
            return _delivered;
        }

        public void Dispose()
        {
            Stop();
            _stop.Dispose();
        }
    }
}
