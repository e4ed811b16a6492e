using Confluent.Kafka;
using KafkaSharp.Protocol;
using KafkaSharp.Testing.Faults;
using static KafkaSharp.Testing.Tests.Clients;

namespace KafkaSharp.Testing.Tests;

internal sealed class ExplanationTests
{
    private KafkaTestBroker _kafka = null!;

    [SetUp]
    public async Task StartAsync() => _kafka = await KafkaTestBroker.StartAsync(new() { Topics = { "orders" } });

    [TearDown]
    public async Task StopAsync() => await _kafka.DisposeAsync();

    [Test]
    public async Task A_group_that_nobody_has_joined_is_explained()
    {
        Assert.That(
            await _kafka.Groups.ExplainAsync("g", "orders"),
            Does.Contain("Topic orders has no records.").And.Contain("no consumer with this group.id has subscribed and polled"));
        Assert.That(await _kafka.Groups.ExplainAsync("g", "absent"), Does.Contain("Topic absent does not exist."));
    }

    [Test]
    public async Task A_client_that_assigns_instead_of_subscribing_is_named()
    {
        using var consumer = Consumer(_kafka, "g");
        consumer.Assign(new TopicPartitionOffset("orders", 0, Offset.Beginning));
        await _kafka.Requests.WaitForAsync(request => request.Api == ApiKey.Fetch && request.Topics.Count > 0);
        Assert.That(await _kafka.Groups.ExplainAsync("g", "orders"), Does.Contain("client consumer fetches the topic without it"));
    }

    [Test]
    public async Task A_consumer_that_starts_at_the_end_is_explained()
    {
        await _kafka.Topics.AppendAsync("orders", new TestRecord("a"), new TestRecord("b"));
        using var consumer = Consumer(_kafka, "g", config => config.AutoOffsetReset = AutoOffsetReset.Latest);
        consumer.Subscribe("orders");
        await _kafka.Groups.WaitUntilStableAsync("g");
        Assert.That(
            await _kafka.Groups.ExplainAsync("g", "orders"),
            Does.Contain("orders-0 is assigned to client consumer; no offset is committed, so auto.offset.reset decides")
                .And.Contain("is not returned, of 2 records"));
    }

    [Test]
    public async Task What_is_left_and_what_fails_is_explained_with_the_timeout()
    {
        await _kafka.Topics.AppendAsync("orders", new TestRecord("a"), new TestRecord("b"), new TestRecord("c"));
        using var fault = _kafka.Faults.Add(new Fault(FaultAction.Respond(Protocol.ErrorCode.GroupAuthorizationFailed))
        {
            Api = ApiKey.OffsetCommit, Skip = 1,
        });
        using var consumer = Consumer(_kafka, "g");
        consumer.Subscribe("orders");
        var first = consumer.Take(1).Single();
        consumer.Commit(first);
        Assert.That(() => consumer.Commit([new("orders", 0, 3)]), Throws.InstanceOf<KafkaException>());
        var failure = await Assert.ThrowsAsync<KafkaTestException>(
            () => _kafka.Groups.WaitUntilConsumedAsync("g", "orders", TimeSpan.FromMilliseconds(20)));
        Assert.That(
            failure!.Message,
            Does.Contain("the group has committed 1, 2 records before the end 3").And.Contain("A fault has affected"));
    }

    [Test]
    public async Task A_group_whose_members_have_left_is_explained()
    {
        using var consumer = Consumer(_kafka, "g");
        consumer.Subscribe("orders");
        await _kafka.Groups.WaitUntilStableAsync("g");
        consumer.Close();
        Assert.That(await _kafka.Groups.ExplainAsync("g"), Does.Contain("Its members have left or were removed"));
    }

    [Test]
    public async Task The_only_record_with_a_key_is_found_or_the_others_are_shown()
    {
        await _kafka.Topics.AppendAsync("orders", new TestRecord("1", "a"), new TestRecord("2", "b"), new TestRecord("2", "c"));
        Assert.That((await _kafka.Topics.SingleAsync("orders", "1")).ValueText, Is.EqualTo("a"));
        var several = await Assert.ThrowsAsync<KafkaTestException>(() => _kafka.Topics.SingleAsync("orders", "2"));
        Assert.That(several!.Message, Does.Contain("2 committed records").And.Contain("0:1 2 = b").And.Contain("0:2 2 = c"));
        var none = await Assert.ThrowsAsync<KafkaTestException>(() => _kafka.Topics.SingleAsync("orders", "3"));
        Assert.That(none!.Message, Does.Contain("no committed record with key 3 among 3"));
    }
}
