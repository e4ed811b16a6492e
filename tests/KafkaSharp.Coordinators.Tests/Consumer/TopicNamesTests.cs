using KafkaSharp.Coordinators.Consumer;
using KafkaSharp.Coordinators.Tests.Harness;

namespace KafkaSharp.Coordinators.Tests.Consumer;

/// <summary>The order of subscribed topics: assignments depend on it.</summary>
internal sealed class TopicNamesTests
{
    [TestCase("t0 t3 u2", "t0 u2 t3")]
    [TestCase("t0 t1 t2 u2", "t0 t1 u2 t2")]
    [TestCase("t3 t4 nope t2 t3", "t4 nope t2 t3")]
    public void Names_are_in_the_order_of_a_genuine_description(string names, string inOrder) =>
        Assert.That(string.Join(' ', TopicNames.Of(names.Split(' '))), Is.EqualTo(inOrder));

    [Test]
    public async Task Names_are_described_in_that_order_whatever_the_order_of_the_request()
    {
        string[] names = ["t0", "t1", "t2", "u2", "nope"];
        var targets = new List<string>();
        foreach (string[] subscribed in (string[][])[names, [.. names.Reverse()]])
        {
            await using var harness = new GroupHarness();
            harness.PublishTopics(("t0", 1), ("t1", 2), ("t2", 3), ("u2", 7));
            await new SimulatedConsumer(harness, "a").Join(subscribed);
            var described = (await harness.Coordinator.Consumer.DescribeAsync([GroupHarness.GroupId]))[0].Members[0];
            Assert.That(described.SubscribedTopicNames, Is.EqualTo(TopicNames.Of(names)));
            targets.Add(string.Join(' ', described.TargetAssignment.TopicPartitions.Select(topic => topic.TopicName)));
        }
        Assert.That(targets[1], Is.EqualTo(targets[0]));
    }
}
