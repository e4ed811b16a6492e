using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Configuration;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Offsets;

internal sealed class OffsetRetentionTests
{
    private static readonly GroupCoordinatorConfig Config = new()
    {
        OffsetsRetention = TimeSpan.FromMinutes(60),
        OffsetsRetentionCheckInterval = TimeSpan.FromMinutes(1),
    };

    [Test]
    public async Task Offsets_of_a_simple_group_expire_by_the_time_of_their_commit_and_the_group_with_them()
    {
        await using var harness = new GroupHarness(Config);
        await harness.Commit(1);
        Minutes(harness, 30);
        await harness.Commit(2, partition: 1);
        Minutes(harness, 31);
        Assert.That(await harness.Committed(), Is.EqualTo(-1));
        Assert.That(await harness.Committed(partition: 1), Is.EqualTo(2));
        Minutes(harness, 30);
        Assert.That(await harness.Committed(partition: 1), Is.EqualTo(-1));
        Assert.That((await harness.Describe()).ErrorCode, Is.EqualTo(ErrorCode.GroupIdNotFound));
        Assert.That(harness.Storage.Entries(0).Count(entry => entry.Value is null), Is.EqualTo(3), "two offsets and the group");
    }

    [Test]
    public async Task The_check_interval_may_be_as_long_as_a_long_allows()
    {
        await using var harness = new GroupHarness(Config with { OffsetsRetentionCheckInterval = TimeSpan.FromDays(60) });
        await harness.Commit(1);
        harness.Advance(TimeSpan.FromDays(59.9).TotalMilliseconds);
        Assert.That(await harness.Committed(), Is.EqualTo(1));
        harness.Advance(TimeSpan.FromDays(0.1).TotalMilliseconds);
        Assert.That(await harness.Committed(), Is.EqualTo(-1));
    }

    [TestCase(long.MaxValue)]
    [TestCase(10_000_000_000_000)]
    public async Task Even_the_longest_interval_is_an_interval(long milliseconds)
    {
        var values = ConfigValues.Parse(
            new ConfigSchema(GroupConfigs.All),
            new Dictionary<string, string> { ["offsets.retention.check.interval.ms"] = $"{milliseconds}" });
        await using var harness = new GroupHarness(GroupCoordinatorConfig.From(values));
        Assert.That(await harness.Commit(1), Is.EqualTo(ErrorCode.None));
        harness.Advance(TimeSpan.FromDays(8).TotalMilliseconds);
        Assert.That(await harness.Committed(), Is.EqualTo(1));
    }

    [Test]
    public async Task Offsets_of_a_group_expire_by_the_time_it_became_empty()
    {
        await using var harness = new GroupHarness(Config);
        var ids = await harness.StableGroup();
        await harness.Commit(1, ids[0], 1);
        for (var i = 0; i < 700; i++)
        {
            harness.Advance(9000);
            await harness.Heartbeat(ids[0], 1);
        }
        Assert.That(await harness.Committed(), Is.EqualTo(1), "105 minutes, but the group consumes the topic");
        await harness.Leave((ids[0], null)).Soon();
        Minutes(harness, 59);
        Assert.That(await harness.Committed(), Is.EqualTo(1));
        Minutes(harness, 2);
        Assert.That(await harness.Committed(), Is.EqualTo(-1));
        Assert.That((await harness.Describe()).ErrorCode, Is.EqualTo(ErrorCode.GroupIdNotFound));
    }

    [Test]
    public async Task Offsets_of_topics_that_a_living_group_does_not_consume_expire()
    {
        await using var harness = new GroupHarness(Config);
        var ids = await harness.StableGroup();
        await harness.Commit(1, ids[0], 1);
        await harness.Commit(2, ids[0], 1, topic: "con-b");
        for (var i = 0; i < 407; i++)
        {
            harness.Advance(9000);
            await harness.Heartbeat(ids[0], 1);
        }
        Assert.That(await harness.Committed(), Is.EqualTo(1));
        Assert.That(await harness.Committed("con-b"), Is.EqualTo(-1));
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("Stable"));
    }

    [Test]
    public async Task A_commit_that_names_its_own_retention_expires_by_that()
    {
        await using var harness = new GroupHarness(Config);
        await harness.Commit(1, version: 4, retention: 120_000);
        Minutes(harness, 1);
        Assert.That(await harness.Committed(), Is.EqualTo(1));
        Minutes(harness, 2);
        Assert.That(await harness.Committed(), Is.EqualTo(-1));
        Assert.That(harness.Storage.Entries(0)[0].Value![1], Is.EqualTo(1), "only value version 1 holds an expiry");
    }

    [Test]
    public async Task An_empty_group_without_offsets_goes_at_the_next_check()
    {
        await using var harness = new GroupHarness(Config);
        var ids = await harness.StableGroup();
        await harness.Leave((ids[0], null)).Soon();
        Minutes(harness, 1);
        Assert.That((await harness.Describe()).ErrorCode, Is.EqualTo(ErrorCode.GroupIdNotFound));
        Assert.That(harness.Storage.Entries(0)[^1].Value, Is.Null);
    }

    [Test]
    public async Task An_expired_offset_stays_removed_after_a_failover()
    {
        await using var harness = new GroupHarness(Config);
        await harness.Commit(1);
        Minutes(harness, 61);
        harness.Coordinator.OnResignation(0, 1);
        harness.Coordinator.OnElection(0, 2);
        Assert.That(await harness.Committed(), Is.EqualTo(-1));
        Assert.That((await harness.Describe()).ErrorCode, Is.EqualTo(ErrorCode.GroupIdNotFound));
    }

    private static void Minutes(GroupHarness harness, int minutes) => harness.Time.Advance(TimeSpan.FromMinutes(minutes));
}
