using KafkaSharp.Testing.Time;

namespace KafkaSharp.Testing.Tests.Time;

internal sealed class TestClockTests
{
    private static readonly DateTimeOffset s_start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Test]
    public void What_is_due_happens_in_the_order_of_its_time()
    {
        var clock = new TestClock(s_start);
        List<(string, TimeSpan)> fired = [];
        using var late = After("late", 5, Timeout.InfiniteTimeSpan);
        using var often = After("often", 2, TimeSpan.FromSeconds(2));
        using var never = After("never", 11, Timeout.InfiniteTimeSpan);
        clock.Advance(TimeSpan.FromSeconds(6));
        Assert.That(fired, Is.EqualTo(new[] { At("often", 2), At("often", 4), At("late", 5), At("often", 6) }));
        Assert.That(clock.GetUtcNow(), Is.EqualTo(s_start.AddSeconds(6)));
        often.Dispose();
        clock.Advance(TimeSpan.FromSeconds(4));
        Assert.That(fired, Has.Count.EqualTo(4));

        ITimer After(string name, int seconds, TimeSpan period) => clock.CreateTimer(
            _ => fired.Add((name, clock.GetUtcNow() - s_start)), null, TimeSpan.FromSeconds(seconds), period);
        static (string, TimeSpan) At(string name, int seconds) => (name, TimeSpan.FromSeconds(seconds));
    }

    [Test]
    public async Task What_is_due_at_once_does_not_wait_for_the_clock()
    {
        var clock = new TestClock(s_start);
        var fired = new TaskCompletionSource();
        await using var timer = clock.CreateTimer(_ => fired.SetResult(), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        await fired.Task.WaitAsync(Clients.Patience);
    }

    [Test]
    public async Task A_wait_ends_when_the_clock_moves()
    {
        var clock = new TestClock(s_start);
        var wait = Task.Delay(TimeSpan.FromDays(7), clock);
        clock.Advance(TimeSpan.FromDays(6));
        Assert.That(wait.IsCompleted, Is.False);
        clock.Advance(TimeSpan.FromDays(1));
        await wait.WaitAsync(Clients.Patience);
    }

    [Test]
    public void It_does_not_go_back() =>
        Assert.That(() => new TestClock(s_start).Advance(TimeSpan.FromSeconds(-1)), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public async Task A_consumer_that_waits_for_one_partition_gets_the_records_of_another()
    {
        await using var kafka = await KafkaTestBroker.StartAsync(new() { Time = new TestClock(s_start), Topics = { { "orders", 2 } } });
        using var consumer = Clients.Consumer(kafka, "g");
        consumer.Assign(new Confluent.Kafka.TopicPartitionOffset("orders", 0, 0));
        await WaitForFetchAsync(kafka);
        // librdkafka has one fetch under way: the next, with the second partition, follows when it has ended.
        await kafka.Topics.AppendAsync("orders", new TestRecord("1") { Partition = 1 });
        consumer.IncrementalAssign([new Confluent.Kafka.TopicPartitionOffset("orders", 1, 0)]);
        Assert.That(consumer.Consume(Clients.Patience)?.Message.Value, Is.EqualTo("1"));
    }

    [Test]
    public async Task A_broker_lives_by_it()
    {
        var clock = new TestClock(s_start);
        await using var kafka = await KafkaTestBroker.StartAsync(new() { Time = clock });
        clock.Advance(TimeSpan.FromDays(7));
        Assert.That((await kafka.Topics.AppendAsync("orders", new TestRecord("1"))).Single().Timestamp, Is.EqualTo(s_start.AddDays(7)));
    }

    private static Task WaitForFetchAsync(KafkaTestBroker kafka) =>
        kafka.Requests.WaitForAsync(request => request.Api == Protocol.ApiKey.Fetch);
}
