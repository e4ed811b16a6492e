using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Harness;

/// <summary>What tests of consumer groups begin with, and how they look at a group and its log.</summary>
internal static class ConsumerGroupViews
{
    /// <summary>
    /// Topics "con" with three partitions and "con-b" with one; assignments are made at once unless the configuration says otherwise.
    /// </summary>
    public static GroupHarness New(ConsumerGroupConfig? config = null)
    {
        var harness = new GroupHarness(consumerConfig: config ?? new ConsumerGroupConfig { AssignmentIntervalMs = 0 });
        harness.PublishTopics(("con", 3), ("con-b", 1));
        return harness;
    }

    public static async Task<ConsumerGroupDescribeResponse.DescribedGroup> Described(this GroupHarness harness) =>
        (await harness.Coordinator.Consumer.DescribeAsync([GroupHarness.GroupId]))[0];

    public static async Task<ConsumerGroupDescribeResponse.Member> Described(this GroupHarness harness, string memberId) =>
        (await harness.Described()).Members.Single(member => member.MemberId == memberId);

    public static async Task<string> State(this GroupHarness harness) => (await harness.Described()).GroupState;

    /// <summary>The number of partitions that a description of a member names.</summary>
    public static int Count(this ConsumerGroupDescribeResponse.Assignment assignment) =>
        assignment.TopicPartitions.Sum(topic => topic.Partitions.Count);

    /// <summary>The number of records in the log of the only partition.</summary>
    public static int Written(this GroupHarness harness) => harness.Storage.Entries(0).Count;

    /// <summary>The types of the records from a position on; a tombstone is negative.</summary>
    public static int[] Types(this GroupHarness harness, int from = 0) =>
        [.. harness.Storage.Entries(0).Skip(from).Select(entry => entry.Value is null ? -entry.Key[1] : entry.Key[1])];

    /// <summary>Loads the state again, as after an election.</summary>
    public static void Reload(this GroupHarness harness, int epoch = 1)
    {
        harness.Coordinator.OnResignation(0, epoch);
        harness.Coordinator.OnElection(0, epoch + 1);
    }
}
