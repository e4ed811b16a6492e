using static KafkaSharp.Testing.Tests.Clients;

namespace KafkaSharp.Testing.Tests;

internal sealed class GroupTests
{
    [Test]
    public async Task A_group_is_shown_with_its_members_and_offsets()
    {
        await using var kafka = await KafkaTestBroker.StartAsync(new() { Topics = { { "orders", 2 } } });
        await kafka.Topics.AppendAsync("orders", new TestRecord("a") { Partition = 0 }, new TestRecord("b") { Partition = 1 });
        using var consumer = Consumer(kafka, "g");
        consumer.Subscribe("orders");
        foreach (var result in consumer.Take(2))
            consumer.Commit(result);
        await kafka.Groups.WaitUntilConsumedAsync("g", "orders");
        var group = await kafka.Groups.DescribeAsync("g");
        Assert.That(group.State, Is.EqualTo("Stable"));
        Assert.That(group.Members.Single().ClientId, Is.EqualTo("consumer"));
        Assert.That(group.Members.Single().Assignment, Is.EquivalentTo(new[] { ("orders", 0), ("orders", 1) }));
        Assert.That(group.Offsets, Is.EquivalentTo(new Dictionary<(string, int), long> { [("orders", 0)] = 1, [("orders", 1)] = 1 }));
        Assert.That(await kafka.Groups.ListAsync(), Is.EqualTo(new[] { "g" }));
        consumer.Close();
        Assert.That((await kafka.Groups.DescribeAsync("g")).State, Is.EqualTo("Empty"));
    }

    [Test]
    public async Task A_group_that_has_not_consumed_says_what_is_left()
    {
        await using var kafka = await KafkaTestBroker.StartAsync();
        await kafka.Topics.AppendAsync("orders", new TestRecord("a"), new TestRecord("b"));
        var failure = await Assert.ThrowsAsync<KafkaTestException>(
            () => kafka.Groups.WaitUntilConsumedAsync("absent", "orders", TimeSpan.FromMilliseconds(20)));
        Assert.That(failure!.Message, Does.Contain("orders-0: 0 of 2").And.Contain("Dead"));
    }

    [Test]
    public async Task The_requests_of_clients_are_recorded()
    {
        await using var kafka = await KafkaTestBroker.StartAsync();
        using (var producer = Producer(kafka))
            await producer.ProduceAsync("orders", Message("1")).WaitAsync(Patience);
        await kafka.Topics.ReadAsync("orders");
        var produced = await kafka.Requests.WaitForAsync(request => request.Api == Protocol.ApiKey.Produce);
        Assert.That(produced.ClientId, Is.EqualTo("producer"));
        Assert.That(produced.Topics.Single().ToString(), Is.EqualTo("orders[0]"));
        Assert.That(kafka.Requests.All.Select(request => request.ClientId), Is.All.EqualTo("producer"));
    }
}
