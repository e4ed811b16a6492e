using KafkaSharp.Testing.Faults;
using Microsoft.Extensions.Time.Testing;
using static KafkaSharp.Testing.Tests.Clients;

namespace KafkaSharp.Testing.Tests.Time;

/// <summary>The clock of the broker is the test's.</summary>
internal sealed class TimeTests
{
    private static readonly DateTimeOffset s_start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Test]
    public async Task Records_have_the_time_of_the_test()
    {
        await using var kafka = await KafkaTestBroker.StartAsync(new() { Time = new FakeTimeProvider(s_start) });
        await kafka.Topics.AppendAsync("orders", new TestRecord("1"));
        Assert.That((await kafka.Topics.ReadAsync("orders")).Single().Timestamp, Is.EqualTo(s_start));
    }

    [Test]
    public async Task Retention_deletes_what_is_older_when_the_clock_moves()
    {
        var time = new FakeTimeProvider(s_start);
        await using var kafka = await KafkaTestBroker.StartAsync(new() { Time = time });
        await kafka.Topics.CreateAsync("orders", configs: new Dictionary<string, string> { ["retention.ms"] = "86400000" });
        await kafka.Topics.AppendAsync("orders", new TestRecord("old"));
        time.Advance(TimeSpan.FromDays(8));
        await kafka.Topics.AppendAsync("orders", new TestRecord("new"));
        time.Advance(TimeSpan.FromMinutes(10));
        await WaitUntilAsync(
            async () => (await kafka.Topics.ReadAsync("orders")).Select(record => record.ValueText).SequenceEqual(["new"]));
    }

    [Test]
    public async Task A_member_whose_session_ends_leaves_its_group_when_the_clock_moves()
    {
        var time = new FakeTimeProvider(s_start);
        await using var kafka = await KafkaTestBroker.StartAsync(new() { Time = time, Topics = { "orders" } });
        using var consumer = Consumer(kafka, "g", config => config.SessionTimeoutMs = 30_000);
        consumer.Subscribe("orders");
        consumer.Consume(TimeSpan.Zero);
        await kafka.Groups.WaitUntilStableAsync("g");
        using var silent = kafka.Faults.Add(new Fault(FaultAction.Hang()) { ClientId = "consumer" });
        time.Advance(TimeSpan.FromSeconds(31));
        await WaitUntilAsync(async () => (await kafka.Groups.DescribeAsync("g")).State == "Empty");
    }

    [Test]
    public async Task A_delayed_request_is_handled_when_the_clock_moves()
    {
        var time = new FakeTimeProvider(s_start);
        // The client's own clock is years behind: its records are older than the default retention.
        await using var kafka = await KafkaTestBroker.StartAsync(
            new() { Time = time, Topics = { "orders" }, Configuration = { ["log.retention.ms"] = "-1" } });
        using var fault = kafka.Faults.Add(
            new Fault(FaultAction.Delay(TimeSpan.FromHours(1))) { Api = Protocol.ApiKey.Produce, Count = 1 });
        using var producer = Producer(kafka);
        var sent = producer.ProduceAsync("orders", Message("1"));
        await fault.WaitForHitsAsync();
        Assert.That(await kafka.Topics.ReadAsync("orders"), Is.Empty);
        await WaitUntilAsync(() =>
        {
            time.Advance(TimeSpan.FromHours(1));
            return Task.FromResult(sent.IsCompleted);
        });
        Assert.That(await kafka.Topics.ReadAsync("orders"), Has.Count.EqualTo(1));
    }

    private static async Task WaitUntilAsync(Func<Task<bool>> holds)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.That(TimeProvider.System.GetElapsedTime(started), Is.LessThan(Patience), "the condition does not come true");
            await Task.Delay(5);
        }
    }
}
