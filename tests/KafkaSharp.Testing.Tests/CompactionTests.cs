using Confluent.Kafka;
using KafkaSharp.TestInfrastructure;
using KafkaSharp.Testing.Time;

namespace KafkaSharp.Testing.Tests;

/// <summary>Compaction in a whole broker: topics of users, and the offsets of groups.</summary>
internal sealed class CompactionTests
{
    private readonly TestClock _clock = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Test]
    public async Task A_compacted_topic_keeps_the_last_record_of_each_key()
    {
        await using var kafka = await StartAsync();
        await kafka.Topics.CreateAsync("t", 1, new Dictionary<string, string> { ["cleanup.policy"] = "compact" });
        await kafka.Topics.AppendAsync("t", [new TestRecord("a", "1"), new TestRecord("b", "1"), new TestRecord("a", "2")]);
        Roll();
        await kafka.Topics.AppendAsync("t", new TestRecord("c", "1"));
        _clock.Advance(TimeSpan.FromSeconds(20));
        await Eventually.True(
            async () => (await kafka.Topics.ReadAsync("t")).Select(record => record.Offset).SequenceEqual([1L, 2, 3]),
            "the topic is compacted");
        await kafka.RestartAsync();
        Assert.That((await kafka.Topics.ReadAsync("t")).Select(record => record.Offset), Is.EqualTo(new long[] { 1, 2, 3 }));
    }

    [Test]
    public async Task The_offsets_of_a_group_are_compacted_and_stay()
    {
        await using var kafka = await StartAsync();
        await kafka.Topics.AppendAsync("t", [.. Enumerable.Range(0, 40).Select(i => new TestRecord($"{i}"))]);
        using var consumer = Clients.Consumer(kafka, "g");
        for (var offset = 1; offset <= 40; offset++)
        {
            consumer.Commit([new TopicPartitionOffset("t", 0, offset)]);
            if (offset % 10 == 0)
                Roll();
        }
        var before = (await kafka.Topics.ReadAsync("__consumer_offsets")).Count;
        _clock.Advance(TimeSpan.FromSeconds(20));
        await Eventually.True(
            async () => (await kafka.Topics.ReadAsync("__consumer_offsets")).Count < before / 2, "the offsets are compacted");
        await kafka.RestartAsync();
        var committed = consumer.Committed([new TopicPartition("t", 0)], Clients.Patience);
        Assert.That(committed.Single().Offset.Value, Is.EqualTo(40));
    }

    private Task<KafkaTestBroker> StartAsync() => KafkaTestBroker.StartAsync(new()
    {
        Time = _clock,
        Configuration = { ["log.roll.ms"] = "1000", ["log.cleaner.min.cleanable.ratio"] = "0.01" },
    });

    /// <summary>The next record begins a new segment.</summary>
    private void Roll() => _clock.Advance(TimeSpan.FromSeconds(2));
}
