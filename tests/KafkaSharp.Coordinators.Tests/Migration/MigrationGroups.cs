using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Migration;

/// <summary>What the tests of migration begin with, and how they look at a group.</summary>
internal static class MigrationGroups
{
    public static GroupHarness NewHarness(
        MigrationPolicy policy = MigrationPolicy.Bidirectional, int classicMaxSize = int.MaxValue, int consumerMaxSize = int.MaxValue)
    {
        var harness = new GroupHarness(
            new GroupCoordinatorConfig { MaxSize = classicMaxSize },
            consumerConfig: new ConsumerGroupConfig { MigrationPolicy = policy, MaxSize = consumerMaxSize, AssignmentIntervalMs = 0 });
        harness.PublishTopics(("con", 3), ("con-b", 1));
        return harness;
    }

    /// <summary>A stable classic group; partition p of "con" belongs to the member of that index.</summary>
    public static async Task<List<ClassicConsumer>> Classic(GroupHarness harness, params ClassicConsumer[] members)
    {
        var joins = members.Select(member => member.Join()).ToList();
        harness.Advance(3000);
        harness.Advance(3000);
        await Task.WhenAll(joins).Soon();
        var leader = members.Single(member => member.MemberId == joins[0].Result.Leader);
        (string, byte[])[] assignments = [.. members.Select((member, i) => (member.MemberId, ClassicConsumer.Assignment(("con", i))))];
        Assert.That((await leader.Sync(assignments)).ErrorCode, Is.EqualTo(ErrorCode.None));
        foreach (var member in members.Where(member => member != leader))
            Assert.That((await member.Sync()).ErrorCode, Is.EqualTo(ErrorCode.None));
        return [leader, .. members.Where(member => member != leader)];
    }

    public static Task<ConsumerGroupDescribeResponse.DescribedGroup> Described(GroupHarness harness) => harness.Described();

    /// <summary>The description as the client would receive it.</summary>
    public static async Task<string> DescribedBytes(GroupHarness harness) => Convert.ToHexString(GroupHarness.Write(
        new ConsumerGroupDescribeResponse { Groups = [await harness.Described()] }, 1));

    /// <summary>The types of the records from a position on; a tombstone is negative.</summary>
    public static int[] Types(GroupHarness harness, int from = 0) => harness.Types(from);

    /// <summary>Loads the state again, as after an election.</summary>
    public static void Reload(GroupHarness harness, int epoch) => harness.Reload(epoch);
}
