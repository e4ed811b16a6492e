using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Tests.Consumer;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Migration;

/// <summary>A classic group becomes a consumer group when the first member of the consumer protocol joins.</summary>
internal sealed class UpgradeTests
{
    private static readonly string[] _con = ["con"];

    /// <summary>
    /// So it is in Kafka (docs/decisions/0048): a member that joins twice during a rebalance has no assignment in the group, and keeps what
    /// it has until it receives the next response.
    /// </summary>
    [Test]
    public async Task What_a_cooperative_member_had_before_two_joins_of_one_rebalance_is_given_to_others_at_once()
    {
        await using var harness = MigrationGroups.NewHarness();
        var c = new ClassicConsumer(harness, isCooperative: true) { MemberId = "" };
        var joined = c.Join();
        harness.Advance(3000);
        await joined.Soon();
        await c.Sync((c.MemberId, ClassicConsumer.Assignment(("con", 0), ("con", 1), ("con", 2))));
        await c.Join().Soon();
        c.Topics = ["con", "con-b"];
        await c.Join().Soon();
        var a = new SimulatedConsumer(harness, "a");
        await a.Join(_con);
        Assert.That(c.Owned, Has.Count.EqualTo(3), "nothing is to be given up yet");
        Assert.That(a.Owned, Is.Not.Empty);
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.RebalanceInProgress));
    }

    // Both are in the log, and are committed after their timeouts. The classic group is not in the shard any more when its sync fails.
    [Test]
    public async Task A_sync_that_is_committed_late_writes_nothing_of_a_group_that_has_become_a_consumer_group()
    {
        await using var harness = MigrationGroups.NewHarness();
        var one = new ClassicConsumer(harness);
        var joined = one.Join();
        harness.Advance(3000);
        await joined.Soon();
        harness.Storage.HoldsCommits = true;
        var synced = one.Sync((one.MemberId, ClassicConsumer.Assignment(("con", 0))));
        var a = new SimulatedConsumer(harness, "a");
        var late = a.Join(_con);
        Assert.That((await synced.Soon()).ErrorCode, Is.EqualTo(ErrorCode.RebalanceInProgress));
        harness.Advance(5000);
        Assert.That((await late.Soon()).ErrorCode, Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
        harness.Storage.HoldsCommits = false;
        harness.Storage.CommitAll();
        var written = harness.Storage.Entries(0).Count;
        harness.Advance(one.RebalanceTimeout);
        Assert.That(MigrationGroups.Types(harness, written), Has.No.Member(2));
        MigrationGroups.Reload(harness, 1);
        Assert.That((await MigrationGroups.Described(harness)).Members.Select(member => member.MemberId), Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public async Task The_members_stay_and_the_one_that_joins_begins_the_next_epoch_in_one_write()
    {
        await using var harness = MigrationGroups.NewHarness();
        var (one, two) = (new ClassicConsumer(harness), new ClassicConsumer(harness, "i"));
        await MigrationGroups.Classic(harness, one, two);
        var (written, batches) = (harness.Storage.Entries(0).Count, harness.Storage.Batches.Count);

        var a = new SimulatedConsumer(harness, "a");
        var response = await a.Join(_con);
        Assert.That((response.ErrorCode, a.Epoch, a.OwnedText), Is.EqualTo((ErrorCode.None, 2, "con-2")), "nobody had it");
        // The removal of the classic group; members, epoch, targets, target epoch and assignments as they were; then the new member.
        Assert.That(MigrationGroups.Types(harness, written), Is.EqualTo(new[] { -2, 5, 5, 3, 7, 7, 6, 8, 8, 5, 3, 7, 6, 8 }));
        Assert.That(harness.Storage.Batches, Has.Count.EqualTo(batches + 1));

        var group = await MigrationGroups.Described(harness);
        Assert.That((group.GroupEpoch, group.AssignmentEpoch, group.GroupState), Is.EqualTo((2, 2, "Reconciling")));
        var described = group.Members.ToDictionary(member => member.MemberId);
        Assert.That(described[one.MemberId].MemberType, Is.EqualTo(0));
        Assert.That((described["a"].MemberType, described["a"].MemberEpoch), Is.EqualTo(((sbyte)1, 2)));
        var of = described[two.MemberId];
        Assert.That((of.MemberType, of.MemberEpoch, of.InstanceId, of.ClientId, of.ClientHost),
            Is.EqualTo(((sbyte)0, 1, "i", "client", "/127.0.0.1")));
        Assert.That(of.SubscribedTopicNames, Is.EqualTo(_con));
        Assert.That(of.Assignment.TopicPartitions.Single().Partitions, Is.EqualTo(new[] { 1 }));
        Assert.That((await harness.Describe()).ErrorMessage, Is.EqualTo("Group group is not a classic group."));
    }

    /// <summary>The topic may have been deleted and created again with fewer; and a leader may assign anything.</summary>
    [TestCase("con")]
    [TestCase("con", "con-b")]
    public async Task Partitions_that_do_not_exist_are_not_taken_over(params string[] topics)
    {
        await using var harness = MigrationGroups.NewHarness();
        var c = new ClassicConsumer(harness);
        var joined = c.Join();
        harness.Advance(3000);
        await joined.Soon();
        await c.Sync((c.MemberId, ClassicConsumer.Assignment(("con", 0), ("con", 1), ("con", 3), ("con", -1), ("con", int.MaxValue))));
        var a = new SimulatedConsumer(harness, "a");
        Assert.That((await a.Join(topics)).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(await c.JoinAndSync(), Is.EqualTo(ErrorCode.None));
        await a.Beat();
        Assert.That((c.Owned.Count, a.Owned.Count), Is.EqualTo((2, topics.Length)));
    }

    [Test]
    public async Task Partitions_that_the_leader_did_not_assign_are_assigned_though_a_static_member_only_takes_a_place()
    {
        await using var harness = MigrationGroups.NewHarness();
        var (one, two) = (new ClassicConsumer(harness), new ClassicConsumer(harness, "i"));
        await MigrationGroups.Classic(harness, one, two);
        var a = new SimulatedConsumer(harness, "a", "i");
        await a.Join(_con);
        Assert.That(await one.Heartbeat(), Is.EqualTo(ErrorCode.RebalanceInProgress));
        await one.JoinAndSync();
        await a.Beat(_con);
        Assert.That(one.Owned.Count + a.Owned.Count, Is.EqualTo(3), $"{one.OwnedText} and {a.OwnedText}");
    }

    [Test]
    public async Task The_state_is_the_same_after_it_was_loaded_again()
    {
        await using var harness = MigrationGroups.NewHarness();
        await MigrationGroups.Classic(harness, new(harness), new(harness, "i"), new(harness, isCooperative: true));
        var a = new SimulatedConsumer(harness, "a");
        await a.Join(_con);
        var before = await MigrationGroups.DescribedBytes(harness);
        MigrationGroups.Reload(harness, 1);
        Assert.That(await MigrationGroups.DescribedBytes(harness), Is.EqualTo(before));
    }

    [Test]
    public async Task The_sessions_of_the_classic_members_go_on()
    {
        await using var harness = MigrationGroups.NewHarness();
        var one = new ClassicConsumer(harness);
        await MigrationGroups.Classic(harness, one);
        var a = new SimulatedConsumer(harness, "a");
        await a.Join(_con);
        harness.Advance(9999);
        Assert.That((await MigrationGroups.Described(harness)).Members, Has.Count.EqualTo(2));
        harness.Advance(1);
        Assert.That((await MigrationGroups.Described(harness)).Members.Single().MemberId, Is.EqualTo("a"));
        await a.Beat();
        Assert.That(a.OwnedText, Is.EqualTo("con-0 con-1 con-2"));
    }

    [TestCase(MigrationPolicy.Disabled)]
    [TestCase(MigrationPolicy.Downgrade)]
    public async Task The_policy_may_forbid_it(MigrationPolicy policy)
    {
        await using var harness = MigrationGroups.NewHarness(policy);
        await MigrationGroups.Classic(harness, new ClassicConsumer(harness));
        await ExpectRefused(harness, "online upgrade is disabled.");
    }

    [Test]
    public async Task The_group_may_not_be_larger_than_a_consumer_group()
    {
        await using var harness = MigrationGroups.NewHarness(consumerMaxSize: 1);
        await MigrationGroups.Classic(harness, new(harness), new(harness));
        await ExpectRefused(harness, "the group size exceeds the consumer group maximum size.");
    }

    [Test]
    public async Task The_new_member_may_not_exceed_the_size_either()
    {
        await using var harness = MigrationGroups.NewHarness(consumerMaxSize: 2);
        await MigrationGroups.Classic(harness, new(harness), new(harness));
        var written = harness.Storage.Entries(0).Count;
        var response = await new SimulatedConsumer(harness, "a").Join(_con);
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.GroupMaxSizeReached));
        Assert.That(harness.Storage.Entries(0), Has.Count.EqualTo(written));
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("Stable"));
    }

    [Test]
    public async Task Only_groups_of_consumers_become_consumer_groups()
    {
        await using var harness = MigrationGroups.NewHarness();
        var required = await harness.Join(type: "connect");
        var joined = harness.Join(required.MemberId, type: "connect");
        harness.Advance(3000);
        harness.Advance(3000);
        await joined.Soon();
        await ExpectRefused(harness, "the group does not use the consumer embedded protocol.");
    }

    [TestCase("00")]
    [TestCase("ffff00000000")]
    [TestCase("000100000001")]
    public async Task An_assignment_that_can_not_be_read_forbids_it(string assignment)
    {
        await using var harness = MigrationGroups.NewHarness();
        await Assigned(harness, Convert.FromHexString(assignment));
        await ExpectRefused(harness, "the embedded consumer protocol is malformed.");
    }

    [Test]
    public async Task A_subscription_that_can_not_be_read_forbids_it()
    {
        await using var harness = MigrationGroups.NewHarness();
        await Assigned(harness, ClassicConsumer.Assignment(("con", 0)), metadata: [0]);
        await ExpectRefused(harness, "the embedded consumer protocol is malformed.");
    }

    [Test]
    public async Task What_a_custom_assignor_keeps_in_the_assignment_would_be_lost()
    {
        await using var harness = MigrationGroups.NewHarness();
        await Assigned(harness, GroupHarness.Write(new ConsumerProtocolAssignment { AssignedPartitions = [], UserData = [1] }, 1));
        await ExpectRefused(
            harness,
            "an unsupported custom assignor is in use. Please refer to the documentation or switch to a default assignor before "
            + "re-attempting the upgrade.");
    }

    [Test]
    public async Task Empty_user_data_topics_that_are_gone_and_a_newer_version_are_accepted()
    {
        await using var harness = MigrationGroups.NewHarness();
        var assignment = GroupHarness.Write(
            new ConsumerProtocolAssignment
            {
                AssignedPartitions = [new() { Topic = "gone", Partitions = [0] }, new() { Topic = "con", Partitions = [2, 0] }],
                UserData = [],
            }, 3);
        assignment[1] = 9;
        var member = await Assigned(harness, assignment);
        var a = new SimulatedConsumer(harness, "a");
        Assert.That((await a.Join(_con)).ErrorCode, Is.EqualTo(ErrorCode.None));
        var described = (await MigrationGroups.Described(harness)).Members.Single(of => of.MemberId == member);
        Assert.That(described.Assignment.TopicPartitions.Single().Partitions, Is.EqualTo(new[] { 0, 2 }));
    }

    [Test]
    public async Task A_partition_that_two_members_have_is_a_fault()
    {
        await using var harness = MigrationGroups.NewHarness();
        var members = await MigrationGroups.Classic(harness, new(harness), new(harness));
        foreach (var joining in members.Select(member => member.Join()).ToList())
            await joining.Soon();
        await members[0].Sync([.. members.Select(member => (member.MemberId, ClassicConsumer.Assignment(("con", 0))))]);
        var response = await new SimulatedConsumer(harness, "a").Join(_con);
        Assert.That((response.ErrorCode, response.ErrorMessage), Is.EqualTo((ErrorCode.UnknownServerError, (string?)null)));
    }

    [Test]
    public async Task A_group_is_not_converted_before_its_first_rebalance_has_ended_and_its_members_are_not_disturbed()
    {
        await using var harness = MigrationGroups.NewHarness();
        var joining = new ClassicConsumer(harness).Join();
        var a = new SimulatedConsumer(harness, "a");
        Assert.That((await a.Join(_con)).ErrorCode, Is.EqualTo(ErrorCode.UnknownServerError));
        harness.Advance(3000);
        Assert.That((await joining.Soon()).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That((await a.Join(_con)).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task Members_that_wait_for_a_rebalance_join_the_new_group()
    {
        await using var harness = MigrationGroups.NewHarness();
        var members = await MigrationGroups.Classic(harness, new(harness), new(harness));
        var joining = members[0].Join();
        Assert.That(joining.IsCompleted, Is.False);
        var a = new SimulatedConsumer(harness, "a");
        Assert.That((await a.Join(_con)).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That((await joining.Soon()).ErrorCode, Is.EqualTo(ErrorCode.RebalanceInProgress));
        Assert.That(await members[0].JoinAndSync(), Is.EqualTo(ErrorCode.None));
        Assert.That(members[0].Generation, Is.EqualTo(2));
        // The join phase that the other member did not take part in is over: nobody is removed because of it.
        harness.Advance(9000);
        Assert.That(await members[0].Heartbeat(), Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task The_classic_group_goes_on_when_the_records_are_not_written()
    {
        await using var harness = MigrationGroups.NewHarness();
        var members = await MigrationGroups.Classic(harness, new(harness), new(harness));
        harness.Storage.AppendError = ErrorCode.NotEnoughReplicas;
        Assert.That((await new SimulatedConsumer(harness, "a").Join(_con)).ErrorCode, Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
        harness.Storage.AppendError = ErrorCode.None;
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("Stable"));
        Assert.That(await members[0].Heartbeat(), Is.EqualTo(ErrorCode.None));
        harness.Advance(9999);
        Assert.That(await members[0].Heartbeat(), Is.EqualTo(ErrorCode.None));
        harness.Advance(1);
        Assert.That(await members[0].Heartbeat(), Is.EqualTo(ErrorCode.RebalanceInProgress), "the session of the other one has ended");
    }

    [Test]
    public async Task A_rebalance_goes_on_when_the_records_are_not_written()
    {
        await using var harness = MigrationGroups.NewHarness();
        var members = await MigrationGroups.Classic(harness, new(harness), new(harness));
        var joining = members[0].Join();
        harness.Storage.AppendError = ErrorCode.NotEnoughReplicas;
        await new SimulatedConsumer(harness, "a").Join(_con);
        harness.Storage.AppendError = ErrorCode.None;
        Assert.That((await joining.Soon()).ErrorCode, Is.EqualTo(ErrorCode.RebalanceInProgress));
        joining = members[0].Join();
        harness.Advance(30_000);
        Assert.That((await joining.Soon()).GenerationId, Is.EqualTo(2), "the member that did not join again is removed");
    }

    /// <summary>A stable group of one member with this assignment.</summary>
    private static async Task<string> Assigned(GroupHarness harness, byte[] assignment, byte[]? metadata = null)
    {
        var memberId = (await harness.Join(metadata: metadata)).MemberId;
        var joined = harness.Join(memberId, metadata: metadata);
        harness.Advance(3000);
        harness.Advance(3000);
        await harness.Sync(memberId, (await joined.Soon()).GenerationId, assignments: (memberId, assignment));
        return memberId;
    }

    // The client id is a part of the member id, which is then longer than a string of a record may be.
    [Test]
    public async Task A_group_with_a_member_id_that_no_record_can_hold_stays_and_disturbs_no_other()
    {
        await using var harness = MigrationGroups.NewHarness();
        var joined = harness.Coordinator.Classic.JoinGroupAsync(
            GroupHarness.Context(3, new string('c', short.MaxValue)),
            new JoinGroupRequest
            {
                GroupId = GroupHarness.GroupId,
                SessionTimeoutMs = 10_000,
                RebalanceTimeoutMs = 30_000,
                ProtocolType = "consumer",
                Protocols = [new() { Name = "range", Metadata = GroupHarness.Metadata }],
            },
            _ => true);
        harness.Advance(3000);
        Assert.That((await joined.Soon()).ErrorCode, Is.EqualTo(ErrorCode.None));
        var records = harness.Storage.Entries(0).Count;
        var upgraded = await new SimulatedConsumer(harness, "a").Join(["con"]).Soon();
        Assert.That(upgraded.ErrorCode, Is.EqualTo(ErrorCode.UnknownServerError));
        Assert.That(await harness.Commit(1, group: "other"), Is.EqualTo(ErrorCode.None));
        Assert.That(harness.Storage.Entries(0), Has.Count.EqualTo(records + 1), "only the commit");
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo("CompletingRebalance"));
    }

    private static async Task ExpectRefused(GroupHarness harness, string reason)
    {
        var (written, state) = (harness.Storage.Entries(0).Count, (await harness.Describe()).GroupState);
        var response = await new SimulatedConsumer(harness, "a").Join(_con);
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.GroupIdNotFound));
        Assert.That(response.ErrorMessage, Is.EqualTo($"Cannot upgrade classic group group to consumer group because {reason}"));
        Assert.That(harness.Storage.Entries(0), Has.Count.EqualTo(written));
        Assert.That((await harness.Describe()).GroupState, Is.EqualTo(state));
    }
}
