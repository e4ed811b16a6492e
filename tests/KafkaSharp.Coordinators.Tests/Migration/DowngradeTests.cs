using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Tests.Consumer;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Migration;

/// <summary>A consumer group becomes classic when no member of the consumer protocol is left.</summary>
internal sealed class DowngradeTests
{
    private static readonly string[] _con = ["con"];

    [Test]
    public async Task The_classic_members_join_again_when_the_last_other_one_leaves()
    {
        await using var harness = MigrationGroups.NewHarness();
        var (a, one, two) = await Mixed(harness);
        var (written, batches) = (harness.Storage.Entries(0).Count, harness.Storage.Batches.Count);
        Assert.That((await a.Leave()).MemberEpoch, Is.EqualTo(-1));
        // Everything of the consumer group is removed, then the classic group is written.
        Assert.That(MigrationGroups.Types(harness, written),
            Is.EqualTo(new[] { -8, -8, -8, -7, -7, -7, -6, -5, -5, -5, -4, -3, 2 }));
        Assert.That(harness.Storage.Batches, Has.Count.EqualTo(batches + 1));
        var described = await harness.Describe();
        Assert.That((described.GroupState, described.ProtocolType), Is.EqualTo(("PreparingRebalance", "consumer")));
        Assert.That(described.Members.Select(member => member.MemberId), Is.EquivalentTo(new[] { one.MemberId, two.MemberId }));
        Assert.That(ClassicConsumer.Read(described.Members.Single(member => member.MemberId == one.MemberId).MemberAssignment),
            Is.EquivalentTo(one.Owned));

        Assert.That(await one.Heartbeat(), Is.EqualTo(ErrorCode.RebalanceInProgress));
        var joins = new[] { one.Join(), two.Join() };
        await Task.WhenAll(joins).Soon();
        Assert.That(joins[0].Result.GenerationId, Is.EqualTo(one.Generation));
        Assert.That(one.Generation, Is.EqualTo(described.Members.Count + 3), "the generation after the epoch of the group");
        Assert.That(joins.Count(join => join.Result.Members.Count == 2), Is.EqualTo(1), "one leads");
    }

    [Test]
    public async Task The_classic_group_is_the_same_after_it_was_loaded_again()
    {
        await using var harness = MigrationGroups.NewHarness();
        var (a, one, two) = await Mixed(harness);
        await a.Leave();
        MigrationGroups.Reload(harness, 1);
        var described = await harness.Describe();
        Assert.That((described.GroupState, described.ProtocolData), Is.EqualTo(("Stable", "range")));
        foreach (var member in new[] { one, two })
        {
            var found = described.Members.Single(of => of.MemberId == member.MemberId);
            Assert.That(ClassicConsumer.Read(found.MemberAssignment), Is.EquivalentTo(member.Owned));
        }
    }

    [Test]
    public async Task The_session_of_the_last_other_one_may_end()
    {
        await using var harness = MigrationGroups.NewHarness();
        var (_, one, two) = await Mixed(harness);
        for (var i = 0; i < 5; i++)
        {
            Assert.That(await one.Heartbeat(), Is.EqualTo(ErrorCode.None));
            Assert.That(await two.Heartbeat(), Is.EqualTo(ErrorCode.None));
            harness.Advance(9000);
        }
        Assert.That(await one.Heartbeat(), Is.EqualTo(ErrorCode.RebalanceInProgress));
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("PreparingRebalance"));
    }

    [Test]
    public async Task An_administrator_may_remove_the_last_other_one()
    {
        await using var harness = MigrationGroups.NewHarness();
        await Mixed(harness);
        Assert.That((await harness.Leave(("a", null))).Members.Single().ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("PreparingRebalance"));
    }

    [Test]
    public async Task A_group_without_members_stays_a_consumer_group()
    {
        await using var harness = MigrationGroups.NewHarness();
        var (_, one, two) = await Mixed(harness);
        await harness.Leave(("a", null), (one.MemberId, null), (two.MemberId, null));
        Assert.That((await MigrationGroups.Described(harness)).GroupState, Is.EqualTo("Empty"));
    }

    [TestCase(MigrationPolicy.Disabled)]
    [TestCase(MigrationPolicy.Upgrade)]
    public async Task The_policy_may_forbid_it(MigrationPolicy policy)
    {
        await using var harness = MigrationGroups.NewHarness(policy);
        var (a, one, two) = await Mixed(harness);
        await a.Leave();
        Assert.That((await MigrationGroups.Described(harness)).Members.Select(member => member.MemberType), Is.All.EqualTo(0));
        await one.JoinAndSync();
        await two.JoinAndSync();
        await one.JoinAndSync();
        Assert.That(one.Owned.Concat(two.Owned), Has.Exactly(3).Items);
        Assert.That((await MigrationGroups.Described(harness)).GroupState, Is.EqualTo("Stable"));
    }

    [Test]
    public async Task The_group_may_not_be_larger_than_a_classic_group()
    {
        await using var harness = MigrationGroups.NewHarness(classicMaxSize: 1);
        var (a, one, _) = await Mixed(harness);
        await a.Leave();
        Assert.That((await MigrationGroups.Described(harness)).Members, Has.Count.EqualTo(2));
        await one.Leave();
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("PreparingRebalance"), "small enough now");
    }

    [Test]
    public async Task A_static_classic_member_takes_the_place_of_the_last_other_one()
    {
        await using var harness = MigrationGroups.NewHarness();
        var (s, one) = (new SimulatedConsumer(harness, "s", "i"), new ClassicConsumer(harness));
        await s.Join(_con);
        await one.Join().Soon();
        await s.Beat();
        await s.Beat();
        await one.JoinAndSync();
        Assert.That((s.Owned.Count, one.Owned.Count), Is.EqualTo((2, 1)));
        var written = harness.Storage.Entries(0).Count;

        var replacement = new ClassicConsumer(harness, "i");
        var joined = await replacement.Join().Soon();
        Assert.That((joined.ErrorCode, joined.GenerationId, joined.Leader), Is.EqualTo((ErrorCode.None, one.Generation, "")));
        // The replacement within the consumer group, its step into the epoch, then as above: the target was new, so nobody joins again.
        Assert.That(MigrationGroups.Types(harness, written),
            Is.EqualTo(new[] { -8, -7, -5, 5, 7, 8, 5, 8, -8, -8, -7, -7, -6, -5, -5, -4, -3, 2 }));
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("Stable"));
        Assert.That((await replacement.Sync()).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(replacement.Owned.Concat(one.Owned).Distinct(), Has.Exactly(3).Items);
        Assert.That(await one.Heartbeat(), Is.EqualTo(ErrorCode.None));
        MigrationGroups.Reload(harness, 1);
        Assert.That(await replacement.Heartbeat(), Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task A_member_that_does_not_name_its_instance_id_changes_its_protocol_and_not_that_of_the_group()
    {
        await using var harness = MigrationGroups.NewHarness();
        var s = new SimulatedConsumer(harness, "s", "i");
        await s.Join(_con);
        var joined = await new ClassicConsumer(harness) { MemberId = "s" }.Join().Soon();
        Assert.That((joined.ErrorCode, joined.GenerationId), Is.EqualTo((ErrorCode.None, s.Epoch)));
        var group = await MigrationGroups.Described(harness);
        Assert.That((group.ErrorCode, group.GroupState), Is.EqualTo((ErrorCode.None, "Stable")));
        Assert.That((group.Members[0].InstanceId, group.Members[0].MemberType), Is.EqualTo(("i", 0)));
    }

    [Test]
    public async Task The_others_join_again_when_the_replacement_subscribes_to_something_else()
    {
        await using var harness = MigrationGroups.NewHarness();
        var (s, one) = (new SimulatedConsumer(harness, "s", "i"), new ClassicConsumer(harness));
        await s.Join(_con);
        await one.JoinAndSync();
        var joined = await new ClassicConsumer(harness, "i") { Topics = ["con-b"] }.Join().Soon();
        Assert.That(joined.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("PreparingRebalance"));
    }

    [Test]
    public async Task The_others_join_again_when_one_of_them_waits_for_partitions()
    {
        await using var harness = MigrationGroups.NewHarness();
        var (s, one) = (new SimulatedConsumer(harness, "s", "i"), new ClassicConsumer(harness));
        await s.Join(_con);
        await one.JoinAndSync();
        await s.Beat();
        await s.Beat();
        Assert.That((s.Owned.Count, one.Owned.Count), Is.EqualTo((2, 0)), "it is to have one, and does not know that it is free");
        Assert.That((await new ClassicConsumer(harness, "i").Join().Soon()).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(await one.Heartbeat(), Is.EqualTo(ErrorCode.RebalanceInProgress));
    }

    [Test]
    public async Task The_group_may_become_a_consumer_group_again()
    {
        await using var harness = MigrationGroups.NewHarness();
        var (a, one, two) = await Mixed(harness);
        await a.Leave();
        var b = new SimulatedConsumer(harness, "b");
        Assert.That((await b.Join(_con)).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(b.Epoch, Is.EqualTo(5));
        Assert.That(await one.JoinAndSync(), Is.EqualTo(ErrorCode.None));
        Assert.That(await two.JoinAndSync(), Is.EqualTo(ErrorCode.None));
        await b.Beat();
        Assert.That((await MigrationGroups.Described(harness)).GroupState, Is.EqualTo("Stable"));
    }

    [Test]
    public async Task The_consumer_group_goes_on_when_the_records_are_not_written()
    {
        await using var harness = MigrationGroups.NewHarness();
        var (a, one, _) = await Mixed(harness);
        var before = await MigrationGroups.DescribedBytes(harness);
        harness.Storage.AppendError = ErrorCode.NotEnoughReplicas;
        Assert.That((await a.Leave()).ErrorCode, Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
        harness.Storage.AppendError = ErrorCode.None;
        Assert.That(await MigrationGroups.DescribedBytes(harness), Is.EqualTo(before));
        Assert.That(await one.Heartbeat(), Is.EqualTo(ErrorCode.None));
        harness.Advance(9999);
        Assert.That(await MigrationGroups.DescribedBytes(harness), Is.EqualTo(before), "nothing of the classic group acts");
    }

    // The batch before is written first where the records do not fit into it, and then nothing undoes what was changed before that.
    [TestCase(false, 1)]
    [TestCase(true, 1)]
    [TestCase(false, 2)]
    public async Task An_empty_consumer_group_stays_when_the_classic_group_in_its_place_is_not_written(bool hasOffsets, int joining)
    {
        await using var harness = MigrationGroups.NewHarness();
        var a = new SimulatedConsumer(harness, "a");
        await a.Join(["con"]);
        await a.Leave();
        if (hasOffsets)
            Assert.That(await harness.Commit(5), Is.EqualTo(ErrorCode.None));
        var before = await MigrationGroups.DescribedBytes(harness);
        harness.Storage.MaxBatchSize = 4250;
        Task<ErrorCode>? committed = null;
        var joined = new List<Task<JoinGroupResponse>>();
        harness.Storage.OnAppend = () =>
        {
            harness.Storage.OnAppend = () => harness.Storage.AppendError = ErrorCode.KafkaStorageError;
            committed = harness.Commit(1, group: "other", metadata: new string('m', 4000));
            for (var i = 0; i < joining; i++)
                joined.Add(harness.Join(version: 3));
        };
        await harness.Commit(1, group: "other");
        Assert.That(await committed!.Soon(), Is.EqualTo(ErrorCode.None));
        foreach (var join in joined)
            Assert.That((await join.Soon()).ErrorCode, Is.Not.EqualTo(ErrorCode.None));
        (harness.Storage.OnAppend, harness.Storage.AppendError) = (null, ErrorCode.None);
        Assert.That(await MigrationGroups.DescribedBytes(harness), Is.EqualTo(before));
        Assert.That(await harness.Committed(), Is.EqualTo(hasOffsets ? 5 : -1));
    }

    // The batch before is written first where the records do not fit into it.
    [Test]
    public async Task Nothing_of_the_classic_group_acts_when_the_records_before_are_not_written()
    {
        await using var harness = MigrationGroups.NewHarness();
        var (a, one, two) = await Mixed(harness);
        var (before, epoch, records) = (await MigrationGroups.DescribedBytes(harness), a.Epoch, harness.Storage.Entries(0).Count);
        harness.Storage.MaxBatchSize = 4500;
        Task<ErrorCode>? committed = null;
        Task<ConsumerGroupHeartbeatResponse>? left = null;
        harness.Storage.OnAppend = () =>
        {
            harness.Storage.OnAppend = null;
            harness.Storage.AppendError = ErrorCode.KafkaStorageError;
            committed = harness.Commit(1, group: "other", metadata: new string('m', 4000));
            left = a.Leave();
        };
        await harness.Commit(1, group: "other");
        Assert.That(await committed!.Soon(), Is.Not.EqualTo(ErrorCode.None));
        Assert.That((await left!.Soon()).ErrorCode, Is.Not.EqualTo(ErrorCode.None));
        harness.Storage.AppendError = ErrorCode.None;
        a.Epoch = epoch;
        await AllStay(harness, a, one, two);
        Assert.That(harness.Storage.Entries(0), Has.Count.EqualTo(records + 1), "only the first commit");
        MigrationGroups.Reload(harness, 1);
        Assert.That(await MigrationGroups.DescribedBytes(harness), Is.EqualTo(before));
    }

    // They have seen a classic group that was never written. What ends with it must not begin a rebalance of it.
    [Test]
    public async Task Nothing_of_the_classic_group_acts_when_members_have_joined_it_before_it_is_refused()
    {
        await using var harness = MigrationGroups.NewHarness();
        var (a, one, two) = await Mixed(harness);
        var (before, epoch, records) = (await MigrationGroups.DescribedBytes(harness), a.Epoch, harness.Storage.Entries(0).Count);
        var generation = one.Generation;
        ClassicConsumer[] members = [one, two];
        Task<JoinGroupResponse>[] joins = [];
        Task<SyncGroupResponse>[] syncs = [];
        Task<ConsumerGroupHeartbeatResponse>? left = null;
        harness.Storage.OnAppend = () =>
        {
            harness.Storage.OnAppend = null;
            harness.Storage.AppendError = ErrorCode.KafkaStorageError;
            left = a.Leave();
            joins = [.. members.Select(member => member.Join())];
            syncs = [.. members.Select(
                member => harness.Sync(member.MemberId, generation + 1, null, (one.MemberId, []), (two.MemberId, [])))];
        };
        await harness.Commit(1, group: "other");
        Assert.That((await left!.Soon()).ErrorCode, Is.Not.EqualTo(ErrorCode.None));
        Assert.That((await Task.WhenAll(joins).Soon()).Select(joined => joined.GenerationId), Is.All.EqualTo(generation + 1));
        Assert.That((await Task.WhenAll(syncs).Soon()).Select(synced => synced.ErrorCode), Is.All.EqualTo(ErrorCode.RebalanceInProgress));
        harness.Storage.AppendError = ErrorCode.None;
        (a.Epoch, one.Generation, two.Generation) = (epoch, generation, generation);
        await AllStay(harness, a, one, two);
        Assert.That(harness.Storage.Entries(0), Has.Count.EqualTo(records + 1), "only the commit");
        MigrationGroups.Reload(harness, 1);
        Assert.That(await MigrationGroups.DescribedBytes(harness), Is.EqualTo(before));
    }

    // A join is committed together with the downgrade, which has ended the timeouts of the members before, and begins that of the sync.
    [Test]
    public async Task A_member_has_its_whole_rebalance_timeout_when_the_group_is_a_consumer_group_again()
    {
        await using var harness = MigrationGroups.NewHarness();
        var (a, one, two) = await Mixed(harness);
        harness.Storage.HoldsCommits = true;
        _ = harness.Commit(1, group: "other");
        var (joined, left) = (two.Join(), a.Leave());
        harness.Storage.HoldsCommits = false;
        harness.Storage.CommitAll();
        Assert.That((await joined.Soon()).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That((await left.Soon()).ErrorCode, Is.EqualTo(ErrorCode.None));
        ClassicConsumer[] members = [one, two];
        var joins = members.Select(member => member.Join()).ToList();
        await Task.WhenAll(joins).Soon();
        var leader = members.Single(member => member.MemberId == joins[0].Result.Leader);
        foreach (var member in members.OrderBy(member => member != leader))
            Assert.That((await member.Sync((one.MemberId, []), (two.MemberId, []))).ErrorCode, Is.EqualTo(ErrorCode.None));

        for (var second = 3; second < 36; second += 3)
        {
            harness.Advance(3000);
            if (second == 6)
                Assert.That((await new SimulatedConsumer(harness, "b").Join(_con)).ErrorCode, Is.EqualTo(ErrorCode.None));
            foreach (var member in members)
            {
                Assert.That(
                    await member.Heartbeat(), Is.EqualTo(second < 6 ? ErrorCode.None : ErrorCode.RebalanceInProgress), $"after {second} s");
            }
        }
    }

    /// <summary>No member is removed and no rebalance begins, for longer than any timeout.</summary>
    private static async Task AllStay(GroupHarness harness, SimulatedConsumer a, params ClassicConsumer[] others)
    {
        for (var i = 0; i < 30; i++)
        {
            harness.Advance(3000);
            Assert.That((await a.KeepAlive()).ErrorCode, Is.EqualTo(ErrorCode.None));
            foreach (var other in others)
                Assert.That(await other.Heartbeat(), Is.EqualTo(ErrorCode.None));
        }
    }

    /// <summary>A stable group of "a" and two classic members, each of which has one partition, in epoch 4.</summary>
    private static async Task<(SimulatedConsumer A, ClassicConsumer One, ClassicConsumer Two)> Mixed(GroupHarness harness)
    {
        var (a, one, two) = (new SimulatedConsumer(harness, "a"), new ClassicConsumer(harness), new ClassicConsumer(harness));
        await a.Join(_con);
        await one.Join().Soon();
        await two.Join().Soon();
        await a.Beat();
        await a.Beat();
        await one.JoinAndSync();
        await two.JoinAndSync();
        Assert.That((a.Owned.Count, one.Owned.Count, two.Owned.Count), Is.EqualTo((1, 1, 1)));
        Assert.That((await MigrationGroups.Described(harness)).GroupState, Is.EqualTo("Stable"));
        return (a, one, two);
    }
}
