using Confluent.Kafka;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Testing.Tests;

/// <summary>Consumers of Confluent.Kafka in groups of the consumer protocol (KIP-848).</summary>
internal sealed class ConsumerProtocolTests
{
    private readonly Dictionary<IConsumer<string, string>, List<ConsumeResult<string, string>>> _consumers = [];
    private KafkaTestBroker _kafka = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _kafka = await KafkaTestBroker.StartAsync(new()
        {
            Topics = { { "orders", 4 }, { "orders-old", 1 }, { "other", 1 } },
            Configuration =
            {
                ["group.consumer.heartbeat.interval.ms"] = "50",
                ["group.consumer.min.heartbeat.interval.ms"] = "50",
                ["group.consumer.session.timeout.ms"] = "1000",
                ["group.consumer.min.session.timeout.ms"] = "1000",
                ["group.consumer.assignment.interval.ms"] = "0",
            },
        });
    }

    [TearDown]
    public async Task StopAsync()
    {
        foreach (var consumer in _consumers.Keys.ToList())
            Kill(consumer);
        await _kafka.DisposeAsync();
    }

    [Test]
    public async Task Members_share_the_partitions_and_take_over_those_of_one_that_leaves()
    {
        var (one, two) = (Join("orders"), Join("orders"));
        await AwaitAssignmentsAsync((one, 2), (two, 2));
        await AppendAsync("orders", 4, 3);
        await AwaitRecordsAsync(12);
        Assert.That(_consumers[one].Count, Is.EqualTo(6));

        one.Close();
        Kill(one);
        await AwaitAssignmentsAsync((two, 4));
        await AppendAsync("orders", 4, 1);
        await AwaitRecordsAsync(10);
        Assert.That(_consumers[two].Select(record => record.Offset.Value).Max(), Is.EqualTo(3), "none was read again");
    }

    [Test]
    public async Task A_member_that_is_killed_loses_its_partitions_when_its_session_ends()
    {
        var (one, two) = (Join("orders"), Join("orders"));
        await AwaitAssignmentsAsync((one, 2), (two, 2));
        Kill(one);
        await AwaitAssignmentsAsync((two, 4));
    }

    [Test]
    public async Task A_regular_expression_is_resolved_by_the_broker()
    {
        var member = Join("^orders.*");
        await AwaitAssignmentsAsync((member, 5));
        Assert.That(member.Assignment.Select(partition => partition.Topic).Distinct(), Is.EquivalentTo(new[] { "orders", "orders-old" }));
    }

    [Test]
    public async Task A_static_member_that_returns_has_its_partitions_at_once()
    {
        var (one, two) = (Join("orders", "one"), Join("orders", "two"));
        await AwaitAssignmentsAsync((one, 2), (two, 2));
        var before = one.Assignment;
        one.Close();
        Kill(one);
        var again = Join("orders", "one");
        await AwaitAssignmentsAsync((again, 2), (two, 2));
        Assert.That(again.Assignment, Is.EquivalentTo(before));
    }

    [Test]
    public async Task An_invalid_regular_expression_is_an_error_of_the_consumer()
    {
        var member = Join(@"^orders\q");
        ConsumeException? error = null;
        await Eventually.True(
            () =>
            {
                try
                {
                    member.Consume(TimeSpan.FromMilliseconds(10));
                }
                catch (ConsumeException e)
                {
                    error = e;
                }
                return error is not null;
            },
            "the consumer has an error");
        Assert.That(error!.Error.Code, Is.EqualTo((Confluent.Kafka.ErrorCode)128));
    }

    private IConsumer<string, string> Join(string topic, string? instanceId = null)
    {
        var consumer = Clients.Consumer(_kafka, "g", config =>
        {
            config.GroupProtocol = GroupProtocol.Consumer;
            config.GroupInstanceId = instanceId;
        });
        _consumers.Add(consumer, []);
        consumer.Subscribe(topic);
        return consumer;
    }

    /// <summary>Ends a consumer, which sends nothing any more unless it was closed before.</summary>
    private void Kill(IConsumer<string, string> consumer)
    {
        _consumers.Remove(consumer);
        consumer.Dispose();
    }

    private Task AwaitAssignmentsAsync(params (IConsumer<string, string> Member, int Count)[] expected) => Eventually.True(
        () =>
        {
            Poll();
            return expected.All(entry => entry.Member.Assignment.Count == entry.Count);
        },
        $"assignments of {string.Join(" and ", expected.Select(entry => entry.Count))} partitions");

    private Task AwaitRecordsAsync(int count) => Eventually.True(
        () =>
        {
            Poll();
            return _consumers.Values.Sum(records => records.Count) == count;
        },
        $"{count} records");

    private void Poll()
    {
        foreach (var (consumer, records) in _consumers)
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(5)) is not { } record)
                continue;
            records.Add(record);
            consumer.Commit(record);
        }
    }

    private async Task AppendAsync(string topic, int partitions, int each)
    {
        for (var partition = 0; partition < partitions; partition++)
        {
            for (var i = 0; i < each; i++)
                await _kafka.Topics.AppendAsync(topic, new TestRecord($"{partition} {i}") { Partition = partition });
        }
    }
}
