using Confluent.Kafka;
using KafkaSharp.Protocol;
using KafkaSharp.Testing.Faults;
using static KafkaSharp.Testing.Tests.Clients;
using ErrorCode = KafkaSharp.Protocol.ErrorCode;

namespace KafkaSharp.Testing.Tests.Faults;

/// <summary>Each fault as a client of production would see it.</summary>
internal sealed class FaultTests
{
    private KafkaTestBroker _kafka = null!;

    [SetUp]
    public async Task StartAsync() => _kafka = await KafkaTestBroker.StartAsync(new() { Topics = { { "orders", 2 }, "other" } });

    [TearDown]
    public async Task StopAsync() => await _kafka.DisposeAsync();

    [Test]
    public async Task A_producer_repeats_after_a_retriable_error()
    {
        using var fault = _kafka.Faults.Add(
            new Fault(FaultAction.Respond(ErrorCode.NotLeaderOrFollower)) { Api = ApiKey.Produce, Topic = "orders", Count = 2 });
        using var producer = Producer(_kafka);
        await producer.ProduceAsync("orders", Message("1")).WaitAsync(Patience);
        Assert.That(fault.Hits, Is.EqualTo(2));
        Assert.That(await _kafka.Topics.ReadAsync("orders"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task An_error_of_one_topic_leaves_others_alone()
    {
        using var fault = _kafka.Faults.Add(
            new Fault(FaultAction.Respond(ErrorCode.TopicAuthorizationFailed)) { Api = ApiKey.Produce, Topic = "orders" });
        using var producer = Producer(_kafka, config => config.LingerMs = 50);
        var refused = producer.ProduceAsync("orders", Message("1"));
        var taken = producer.ProduceAsync("other", Message("2"));
        Assert.That((await taken.WaitAsync(Patience)).Offset.Value, Is.Zero);
        var failure = await Assert.ThrowsAsync<ProduceException<string, string>>(() => refused.WaitAsync(Patience));
        Assert.That(failure!.Error.Code, Is.EqualTo(Confluent.Kafka.ErrorCode.TopicAuthorizationFailed));
    }

    [TestCase(false, 2)]
    [TestCase(true, 1)]
    public async Task A_response_that_is_lost_makes_a_duplicate_unless_the_producer_is_idempotent(bool idempotent, int records)
    {
        using var fault = _kafka.Faults.Add(new Fault(FaultAction.DropAfter()) { Api = ApiKey.Produce, Count = 1 });
        using var producer = Producer(_kafka, config => config.EnableIdempotence = idempotent);
        await producer.ProduceAsync("orders", Message("1")).WaitAsync(Patience);
        Assert.That(fault.Hits, Is.EqualTo(1));
        Assert.That(await _kafka.Topics.ReadAsync("orders"), Has.Count.EqualTo(records));
    }

    [TestCase(false, 2)]
    [TestCase(true, 1)]
    public async Task An_error_after_the_effect_makes_a_duplicate_unless_the_producer_is_idempotent(bool idempotent, int records)
    {
        using var fault = _kafka.Faults.Add(
            new Fault(FaultAction.RespondAfter(ErrorCode.RequestTimedOut)) { Api = ApiKey.Produce, Count = 1 });
        using var producer = Producer(_kafka, config => config.EnableIdempotence = idempotent);
        await producer.ProduceAsync("orders", Message("1")).WaitAsync(Patience);
        Assert.That(await _kafka.Topics.ReadAsync("orders"), Has.Count.EqualTo(records));
    }

    [Test]
    public async Task A_request_that_is_lost_has_no_effect()
    {
        using var fault = _kafka.Faults.Add(new Fault(FaultAction.DropBefore()) { Api = ApiKey.Produce, Count = 1 });
        using var producer = Producer(_kafka, config => config.EnableIdempotence = false);
        await producer.ProduceAsync("orders", Message("1")).WaitAsync(Patience);
        Assert.That(fault.Hits, Is.EqualTo(1));
        Assert.That(await _kafka.Topics.ReadAsync("orders"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_request_is_held_until_the_test_releases_it()
    {
        using var fault = _kafka.Faults.Add(new Fault(FaultAction.Hold()) { Api = ApiKey.Produce, Count = 1 });
        using var producer = Producer(_kafka);
        var first = producer.ProduceAsync("orders", Message("1"));
        await fault.WaitForHitsAsync();
        Assert.That(await _kafka.Topics.ReadAsync("orders"), Is.Empty);
        Assert.That(first.IsCompleted, Is.False);
        fault.Release();
        await first.WaitAsync(Patience);
        Assert.That(await _kafka.Topics.ReadAsync("orders"), Has.Count.EqualTo(1));
    }

    [Test]
    public void What_is_hit_is_held_already()
    {
        var faults = new TestFaults(new Random(1));
        var fault = faults.Add(new Fault(FaultAction.Hold()));
        var effect = faults.Take(new(0, default, ApiKey.Fetch, 0, null, 0, [], [])).Single();
        // The request may not have reached its wait when a test that has seen the hit releases it.
        fault.Release(1);
        Assert.That(effect.Held.IsCompleted, Is.True);
    }

    [Test]
    public async Task A_broker_that_hangs_makes_the_delivery_fail_in_time()
    {
        using var fault = _kafka.Faults.Add(new Fault(FaultAction.Hang()) { Api = ApiKey.Produce });
        using var producer = Producer(_kafka, config => config.MessageTimeoutMs = 300);
        var failure = await Assert.ThrowsAsync<ProduceException<string, string>>(
            () => producer.ProduceAsync("orders", Message("1")).WaitAsync(Patience));
        Assert.That(failure!.Error.Code, Is.EqualTo(Confluent.Kafka.ErrorCode.Local_MsgTimedOut));
        Assert.That(await _kafka.Topics.ReadAsync("orders"), Is.Empty);
    }

    [Test]
    public async Task The_third_call_alone_can_fail()
    {
        using var fault = _kafka.Faults.Add(
            new Fault(FaultAction.Respond(ErrorCode.InvalidRequiredAcks)) { Api = ApiKey.Produce, Skip = 2, Count = 1 });
        using var producer = Producer(_kafka, config => config.EnableIdempotence = false);
        List<bool> succeeded = [];
        for (var i = 0; i < 4; i++)
            succeeded.Add(await SucceedsAsync(producer.ProduceAsync("orders", Message($"{i}")).WaitAsync(Patience)));
        Assert.That(succeeded, Is.EqualTo(new[] { true, true, false, true }));
    }

    [Test]
    public async Task A_damaged_batch_is_refused_by_a_client_that_checks()
    {
        await _kafka.Topics.AppendAsync("other", new TestRecord("k", "value"));
        using var fault = _kafka.Faults.Add(new Fault(FaultAction.CorruptRecords()) { Topic = "other" });
        using var consumer = Consumer(_kafka, "g", config => config.CheckCrcs = true);
        consumer.Assign(new TopicPartitionOffset("other", 0, Offset.Beginning));
        var failure = Assert.Throws<ConsumeException>(() => consumer.Consume(Patience));
        Assert.That(failure!.Error.Code, Is.EqualTo(Confluent.Kafka.ErrorCode.Local_BadMsg));
    }

    [Test]
    public async Task A_partition_without_a_leader_does_not_stop_the_other()
    {
        await _kafka.Topics.AppendAsync(
            "orders", new TestRecord("0") { Partition = 0 }, new TestRecord("1") { Partition = 1 });
        var fault = _kafka.Faults.Add(
            new Fault(FaultAction.Respond(ErrorCode.NotLeaderOrFollower)) { Api = ApiKey.Fetch, Topic = "orders", Partition = 0 });
        using var consumer = Consumer(_kafka, "g");
        consumer.Assign(new TopicPartitionOffset[] { new("orders", 0, Offset.Beginning), new("orders", 1, Offset.Beginning) });
        Assert.That(consumer.Take(1).Single().Message.Value, Is.EqualTo("1"));
        await fault.WaitForHitsAsync();
        Assert.That(consumer.Consume(TimeSpan.FromMilliseconds(50)), Is.Null);
        fault.Dispose();
        Assert.That(consumer.Take(1).Single().Message.Value, Is.EqualTo("0"));
    }

    [Test]
    public async Task A_group_finds_its_coordinator_again()
    {
        await _kafka.Topics.AppendAsync("other", new TestRecord("k", "1"));
        using var fault = _kafka.Faults.Add(
            new Fault(FaultAction.Respond(ErrorCode.NotCoordinator)) { Api = ApiKey.JoinGroup, Group = "g", Count = 2 });
        using var consumer = Consumer(_kafka, "g");
        consumer.Subscribe("other");
        Assert.That(consumer.Take(1).Single().Message.Value, Is.EqualTo("1"));
        Assert.That(fault.Hits, Is.EqualTo(2));
    }

    [Test]
    public async Task A_group_whose_coordinator_has_moved_goes_on_when_it_is_back()
    {
        await _kafka.Topics.AppendAsync("other", new TestRecord("k", "1"));
        var moved = _kafka.Faults.Add(new Fault(FaultAction.MoveCoordinator()) { Group = "g" });
        // librdkafka looks the coordinator up on the connection of its fetches, and fails a request that is queued for the coordinator
        // when it learns the address: that request then makes it forget the coordinator again. With short fetches and a long pause
        // before a repetition the address is known first.
        using var consumer = Consumer(_kafka, "g", config => (config.FetchWaitMaxMs, config.RetryBackoffMs) = (10, 1000));
        consumer.Subscribe("other");
        Assert.That(consumer.Consume(TimeSpan.FromMilliseconds(50)), Is.Null);
        await moved.WaitForHitsAsync();
        moved.Dispose();
        Assert.That(consumer.Take(1).Single().Message.Value, Is.EqualTo("1"));
        using var again = _kafka.Faults.Add(new Fault(FaultAction.MoveCoordinator()) { Group = "g", Count = 2 });
        // librdkafka looks the coordinator up again, and repeats the commit.
        consumer.Commit();
        Assert.That(again.Hits, Is.EqualTo(2));
        Assert.That((await _kafka.Groups.DescribeAsync("g")).Offsets, Is.Not.Empty);
    }

    [Test]
    public async Task A_fenced_static_member_ends_with_a_fatal_error()
    {
        await _kafka.Topics.AppendAsync("other", new TestRecord("k", "1"));
        using var fault = _kafka.Faults.Add(
            new Fault(FaultAction.Respond(ErrorCode.FencedInstanceId)) { Api = ApiKey.JoinGroup, Group = "g" });
        using var consumer = Consumer(_kafka, "g", config => config.GroupInstanceId = "one");
        consumer.Subscribe("other");
        var failure = Assert.Throws<ConsumeException>(() => consumer.Consume(Patience));
        Assert.That(
            failure!.Error.Code,
            Is.EqualTo(Confluent.Kafka.ErrorCode.FencedInstanceId).Or.EqualTo(Confluent.Kafka.ErrorCode.Local_Fatal));
    }

    [Test]
    public async Task A_fenced_producer_fails()
    {
        using var fault = _kafka.Faults.Add(
            new Fault(FaultAction.Respond(ErrorCode.InvalidProducerEpoch)) { Api = ApiKey.Produce, Topic = "orders" });
        using var producer = Producer(_kafka, config => (config.EnableIdempotence, config.MessageTimeoutMs) = (false, 2000));
        var failure = await Assert.ThrowsAsync<ProduceException<string, string>>(
            () => producer.ProduceAsync("orders", Message("1")).WaitAsync(Patience));
        Assert.That(failure!.Error.Code, Is.EqualTo(Confluent.Kafka.ErrorCode.InvalidProducerEpoch));
    }

    [Test]
    public async Task A_member_whose_session_ends_joins_again()
    {
        await _kafka.Topics.AppendAsync("other", new TestRecord("k", "1"));
        using var consumer = Consumer(_kafka, "g", config => config.HeartbeatIntervalMs = 50);
        consumer.Subscribe("other");
        consumer.Take(1);
        var before = (await _kafka.Groups.DescribeAsync("g")).Members.Single().MemberId;
        Assert.That(await _kafka.Groups.ExpireSessionsAsync("g"), Is.EqualTo(1));
        Assert.That((await _kafka.Groups.DescribeAsync("g")).Members, Has.None.Property("MemberId").EqualTo(before));
        await _kafka.Topics.AppendAsync("other", new TestRecord("k", "2"));
        // Nothing is committed: the new session begins at the start.
        Assert.That(consumer.Take(2).Select(result => result.Message.Value), Does.Contain("2"));
        Assert.That((await _kafka.Groups.DescribeAsync("g")).Members.Single().MemberId, Is.Not.EqualTo(before));
    }

    [Test]
    public void Faults_with_a_seed_of_their_own_do_not_depend_on_the_others()
    {
        static IEnumerable<bool> Draws(int others)
        {
            var faults = new TestFaults(new Random(others));
            for (var i = 0; i < others; i++)
                faults.Add(new Fault(FaultAction.DropBefore()) { Probability = 0.5 });
            var fault = faults.Add(new Fault(FaultAction.DropBefore()) { Probability = 0.5, Seed = 7 });
            return [.. Enumerable.Range(0, 40).Select(_ =>
                faults.Take(new(0, default, ApiKey.Fetch, 0, null, 0, [], [])).Any(effect => effect.Fault == fault))];
        }

        Assert.That(Draws(0), Does.Contain(true).And.Contain(false));
        Assert.That(Draws(3), Is.EqualTo(Draws(0)));
    }

    [Test]
    public void Faults_with_a_probability_are_the_same_for_the_same_seed()
    {
        static IEnumerable<bool> Draws(int seed)
        {
            var plan = new TestFaults(new Random(seed));
            var fault = plan.Add(new Fault(FaultAction.DropBefore()) { Probability = 0.5 });
            return [.. Enumerable.Range(0, 40).Select(_ =>
                plan.Take(new(0, default, ApiKey.Fetch, 0, null, 0, [], [])).Any(effect => effect.Fault == fault))];
        }

        var draws = Draws(1);
        Assert.That(draws, Does.Contain(true).And.Contain(false));
        Assert.That(Draws(1), Is.EqualTo(draws));
        Assert.That(Draws(2), Is.Not.EqualTo(draws));
    }

    [Test]
    public void A_partition_without_a_topic_is_refused() => Assert.That(
        () => _kafka.Faults.Add(new Fault(FaultAction.Hang()) { Partition = 1 }), Throws.ArgumentException);

    [Test]
    public async Task Requests_that_hang_do_not_delay_the_end_of_the_broker()
    {
        var fault = _kafka.Faults.Add(new Fault(FaultAction.Hang()) { Api = ApiKey.Produce });
        using var producer = Producer(_kafka);
        var sent = producer.ProduceAsync("orders", Message("1"));
        await fault.WaitForHitsAsync();
        await _kafka.DisposeAsync().AsTask().WaitAsync(Patience);
        Assert.That(sent.IsCompleted, Is.False);
    }

    private static async Task<bool> SucceedsAsync(Task task)
    {
        try
        {
            await task;
            return true;
        }
        catch (ProduceException<string, string>)
        {
            return false;
        }
    }
}
