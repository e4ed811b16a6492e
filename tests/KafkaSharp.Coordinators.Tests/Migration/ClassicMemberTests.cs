using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Tests.Consumer;
using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Coordinators.Tests.Migration;

/// <summary>Members of the classic protocol join, sync, send heartbeats and leave in a consumer group.</summary>
internal sealed class ClassicMemberTests
{
    private static readonly string[] _con = ["con"];

    [Test]
    public async Task A_member_receives_what_others_have_given_up()
    {
        await using var harness = MigrationGroups.NewHarness();
        var (a, c) = (new SimulatedConsumer(harness, "a"), new ClassicConsumer(harness));
        await a.Join(_con);
        var joined = await c.Join().Soon();
        Assert.That((joined.GenerationId, joined.ProtocolType, joined.ProtocolName, joined.Leader, joined.SkipAssignment),
            Is.EqualTo((3, "consumer", "range", "", false)));
        Assert.That(joined.Members, Is.Empty);
        var synced = await c.Sync();
        Assert.That((synced.ErrorCode, synced.ProtocolType, synced.ProtocolName, c.OwnedText),
            Is.EqualTo((ErrorCode.None, "consumer", "range", "")));
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.None), "the other one has not given up a partition");
        await a.Beat();
        await a.Beat();
        Assert.That(a.Epoch, Is.EqualTo(3));
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.RebalanceInProgress), "its partition is free");
        Assert.That(await c.JoinAndSync(), Is.EqualTo(ErrorCode.None));
        Assert.That(c.Owned, Has.Count.EqualTo(1));
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.None));
        Assert.That((await MigrationGroups.Described(harness)).GroupState, Is.EqualTo("Stable"));
    }

    [Test]
    public async Task A_join_starts_to_resolve_the_regular_expressions_of_the_others_when_topics_were_created()
    {
        await using var harness = MigrationGroups.NewHarness();
        var (a, c) = (new SimulatedConsumer(harness, "a"), new ClassicConsumer(harness));
        await a.Join(topics: [], pattern: "con.*");
        await c.Join().Soon();
        harness.PublishTopics(("con-c", 1));
        harness.Advance(10_001);
        var before = harness.Storage.Entries(0).Count;
        await c.Join().Soon();
        await a.KeepAlive();
        Assert.That(MigrationGroups.Types(harness, before), Has.Some.EqualTo(16), "the member that joins has no regular expression");
    }

    [Test]
    public async Task An_eager_member_gives_up_everything_by_joining_again()
    {
        await using var harness = MigrationGroups.NewHarness();
        var c = new ClassicConsumer(harness);
        await MigrationGroups.Classic(harness, c);
        var a = new SimulatedConsumer(harness, "a");
        await a.Join(_con);
        Assert.That(a.OwnedText, Is.EqualTo("con-1"), "the classic member had none but con-0");
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.RebalanceInProgress));
        Assert.That((await c.Sync()).ErrorCode, Is.EqualTo(ErrorCode.RebalanceInProgress));
        Assert.That(await c.JoinAndSync(), Is.EqualTo(ErrorCode.None));
        Assert.That((c.Generation, c.OwnedText), Is.EqualTo((2, "con-0 con-2")));
    }

    [Test]
    public async Task A_cooperative_member_gives_up_first_and_joins_again_then()
    {
        await using var harness = MigrationGroups.NewHarness();
        var c = new ClassicConsumer(harness, isCooperative: true);
        await AloneInConsumerGroup(harness, c);
        var b = new SimulatedConsumer(harness, "b");
        await b.Join(_con);
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.RebalanceInProgress));
        Assert.That(await c.JoinAndSync(), Is.EqualTo(ErrorCode.None));
        Assert.That((c.Generation, c.Owned.Count), Is.EqualTo((3, 2)), "it stays in its epoch until it has given up one");
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.RebalanceInProgress));
        await b.Beat();
        Assert.That(b.OwnedText, Is.Empty);
        Assert.That(await c.JoinAndSync(), Is.EqualTo(ErrorCode.None));
        await b.Beat();
        Assert.That((c.Generation, c.Owned.Count, b.Owned.Count), Is.EqualTo((4, 2, 1)));
    }

    [Test]
    public async Task A_member_must_have_an_id_from_version_4_on()
    {
        await using var harness = MigrationGroups.NewHarness();
        await new SimulatedConsumer(harness, "a").Join(_con);
        var required = await harness.Join(version: 4).Soon();
        Assert.That((required.ErrorCode, required.GenerationId), Is.EqualTo((ErrorCode.MemberIdRequired, -1)));
        Assert.That(required.MemberId, Has.Length.EqualTo(22), "a uuid, as Kafka gives to members of a consumer group");
        Assert.That((await MigrationGroups.Described(harness)).Members, Has.Count.EqualTo(1));
        Assert.That((await harness.Join(version: 3).Soon()).ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That((await harness.Join(instance: "i", version: 4).Soon()).ErrorCode, Is.EqualTo(ErrorCode.None));
        // Any id may join: the group remembers none that it has given out.
        Assert.That((await harness.Join("of its own", version: 4).Soon()).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task The_protocols_of_all_classic_members_must_have_one_in_common()
    {
        await using var harness = MigrationGroups.NewHarness();
        await new SimulatedConsumer(harness, "a").Join(_con);
        var other = await harness.Join("m", type: "connect").Soon();
        Assert.That((other.ErrorCode, other.MemberId), Is.EqualTo((ErrorCode.InconsistentGroupProtocol, "")));
        Assert.That((await harness.Join("m", protocols: ["x", "range"]).Soon()).ProtocolName, Is.EqualTo("x"));
        Assert.That((await harness.Join("n", protocols: ["y"]).Soon()).ErrorCode, Is.EqualTo(ErrorCode.InconsistentGroupProtocol));
        Assert.That((await harness.Join("n", protocols: ["y", "range"]).Soon()).ProtocolName, Is.EqualTo("y"));
        Assert.That((await harness.Join("o", protocols: ["x"]).Soon()).ErrorCode, Is.EqualTo(ErrorCode.InconsistentGroupProtocol));
    }

    [Test]
    public async Task Only_the_protocols_of_members_that_are_still_there_count()
    {
        await using var harness = MigrationGroups.NewHarness();
        await new SimulatedConsumer(harness, "a").Join(_con);
        var (c, d) = (new ClassicConsumer(harness) { Protocols = ["range", "x"] }, new ClassicConsumer(harness) { Protocols = ["x", "y"] });
        var e = new ClassicConsumer(harness) { Protocols = ["y"] };
        await c.Join().Soon();
        await d.Join().Soon();
        await d.Join().Soon();
        Assert.That((await e.Join().Soon()).ErrorCode, Is.EqualTo(ErrorCode.InconsistentGroupProtocol));
        await c.Leave();
        Assert.That((await e.Join().Soon()).ErrorCode, Is.EqualTo(ErrorCode.None), "d alone is left");
        MigrationGroups.Reload(harness, 1);
        var again = new ClassicConsumer(harness) { Protocols = ["x"] };
        Assert.That((await again.Join().Soon()).ErrorCode, Is.EqualTo(ErrorCode.InconsistentGroupProtocol), "e does not support x");
    }

    [Test]
    public async Task A_member_that_names_a_protocol_twice_counts_twice()
    {
        // As in Kafka: the number of supporters is then more than that of the members.
        await using var harness = MigrationGroups.NewHarness();
        await new SimulatedConsumer(harness, "a").Join(_con);
        await new ClassicConsumer(harness) { Protocols = ["range", "range", "x"] }.Join().Soon();
        Assert.That(
            (await new ClassicConsumer(harness) { Protocols = ["range"] }.Join().Soon()).ErrorCode,
            Is.EqualTo(ErrorCode.InconsistentGroupProtocol));
    }

    [Test]
    public async Task A_subscription_that_can_not_be_read_is_a_fault()
    {
        await using var harness = MigrationGroups.NewHarness();
        await new SimulatedConsumer(harness, "a").Join(_con);
        Assert.That((await harness.Join("m", metadata: [0, 1, 0]).Soon()).ErrorCode, Is.EqualTo(ErrorCode.UnknownServerError));
    }

    [Test]
    public async Task A_full_group_accepts_only_its_members()
    {
        await using var harness = MigrationGroups.NewHarness(consumerMaxSize: 2);
        await new SimulatedConsumer(harness, "a").Join(_con);
        Assert.That((await harness.Join("m").Soon()).ErrorCode, Is.EqualTo(ErrorCode.None));
        var full = await harness.Join("n").Soon();
        Assert.That((full.ErrorCode, full.MemberId), Is.EqualTo((ErrorCode.GroupMaxSizeReached, "")));
        Assert.That((await harness.Join().Soon()).ErrorCode, Is.EqualTo(ErrorCode.GroupMaxSizeReached));
        Assert.That((await harness.Join("m").Soon()).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task A_static_member_that_joins_anew_takes_over_what_its_instance_had()
    {
        await using var harness = MigrationGroups.NewHarness();
        await new SimulatedConsumer(harness, "a").Join(["con-b"]);
        var old = new ClassicConsumer(harness, "i");
        Assert.That(await old.JoinAndSync(), Is.EqualTo(ErrorCode.None));
        Assert.That(old.OwnedText, Is.EqualTo("con-0 con-1 con-2"));
        var written = harness.Storage.Entries(0).Count;
        var replacement = new ClassicConsumer(harness, "i");
        Assert.That(await replacement.JoinAndSync(), Is.EqualTo(ErrorCode.None));
        Assert.That((replacement.Generation, replacement.OwnedText), Is.EqualTo((old.Generation, "con-0 con-1 con-2")));
        Assert.That(replacement.MemberId, Is.Not.EqualTo(old.MemberId));
        // The old member is removed; the new one has its records, and enters the epoch.
        Assert.That(MigrationGroups.Types(harness, written), Is.EqualTo(new[] { -8, -7, -5, 5, 7, 8, 8 }));
        Assert.That(await old.Heartbeat(), Is.EqualTo(ErrorCode.FencedInstanceId));
        Assert.That((await old.Sync()).ErrorCode, Is.EqualTo(ErrorCode.FencedInstanceId));
        Assert.That((await old.Join().Soon()).ErrorCode, Is.EqualTo(ErrorCode.FencedInstanceId));
        Assert.That((await harness.Join("x", "nobody").Soon()).ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId));
        harness.Advance(9999);
        Assert.That(await replacement.Heartbeat(), Is.EqualTo(ErrorCode.None), "the session of the old one means nothing");
    }

    [Test]
    public async Task Generations_of_requests_must_be_the_epoch_of_the_member()
    {
        await using var harness = MigrationGroups.NewHarness();
        var c = new ClassicConsumer(harness);
        await AloneInConsumerGroup(harness, c);
        foreach (var generation in (int[])[2, 4, -1])
        {
            c.Generation = generation;
            Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.IllegalGeneration));
            Assert.That((await c.Sync()).ErrorCode, Is.EqualTo(ErrorCode.IllegalGeneration));
        }
        Assert.That(await harness.Commit(1, c.MemberId, 4), Is.EqualTo(ErrorCode.IllegalGeneration));
        Assert.That(await harness.Commit(1, c.MemberId, 2), Is.EqualTo(ErrorCode.IllegalGeneration), "before the partition was assigned");
        Assert.That(await harness.Commit(1, c.MemberId, 3, version: 8), Is.EqualTo(ErrorCode.None));
        Assert.That(await harness.Commit(1, "nobody", 3), Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That(await harness.Heartbeat("nobody", 3), Is.EqualTo(ErrorCode.UnknownMemberId));
    }

    [Test]
    public async Task Transactions_name_generations_too()
    {
        await using var harness = MigrationGroups.NewHarness();
        var c = new ClassicConsumer(harness);
        await AloneInConsumerGroup(harness, c);
        Assert.That(await TransactionalCommit(harness, c.MemberId, 3), Is.EqualTo(ErrorCode.None));
        Assert.That(await TransactionalCommit(harness, c.MemberId, 4), Is.EqualTo(ErrorCode.IllegalGeneration));
        Assert.That(await TransactionalCommit(harness, c.MemberId, 2), Is.EqualTo(ErrorCode.IllegalGeneration));
    }

    [Test]
    public async Task The_protocol_of_a_sync_must_be_that_of_the_join()
    {
        await using var harness = MigrationGroups.NewHarness();
        await new SimulatedConsumer(harness, "a").Join(_con);
        var c = new ClassicConsumer(harness) { Protocols = ["cooperative-sticky", "range"] };
        await c.Join().Soon();
        Assert.That((await c.Sync()).ErrorCode, Is.EqualTo(ErrorCode.InconsistentGroupProtocol), "it names range");
    }

    [Test]
    public async Task A_member_of_the_consumer_protocol_does_not_use_these_requests()
    {
        await using var harness = MigrationGroups.NewHarness();
        var a = new SimulatedConsumer(harness, "a");
        await a.Join(_con);
        Assert.That(await harness.Heartbeat("a", 2), Is.EqualTo(ErrorCode.UnknownMemberId));
        Assert.That((await harness.Sync("a", 2)).ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId));
    }

    [Test]
    public async Task A_member_that_does_not_join_again_in_time_is_removed()
    {
        await using var harness = MigrationGroups.NewHarness();
        var c = new ClassicConsumer(harness) { RebalanceTimeout = 15_000 };
        await AloneInConsumerGroup(harness, c);
        await new SimulatedConsumer(harness, "b").Join(_con);
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.RebalanceInProgress));
        harness.Advance(9000);
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.RebalanceInProgress), "this does not extend the time");
        harness.Advance(5999);
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.RebalanceInProgress));
        harness.Advance(1);
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.UnknownMemberId));
    }

    [Test]
    public async Task A_member_that_does_not_sync_in_time_is_removed()
    {
        await using var harness = MigrationGroups.NewHarness();
        var c = new ClassicConsumer(harness) { RebalanceTimeout = 8000 };
        await new SimulatedConsumer(harness, "a").Join(["con-b"]);
        await c.Join().Soon();
        harness.Advance(7999);
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.None));
        harness.Advance(1);
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.UnknownMemberId));
        c.MemberId = "";
        await c.JoinAndSync();
        harness.Advance(8000);
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.None), "it has synced this time");
    }

    [Test]
    public async Task A_member_that_could_not_be_removed_because_it_does_not_sync_has_another_time_for_it()
    {
        await using var harness = MigrationGroups.NewHarness();
        var c = new ClassicConsumer(harness) { RebalanceTimeout = 8000 };
        await new SimulatedConsumer(harness, "a").Join(["con-b"]);
        await c.Join().Soon();
        harness.Storage.AppendError = ErrorCode.KafkaStorageError;
        harness.Advance(8000);
        harness.Storage.AppendError = ErrorCode.None;
        harness.Advance(7999);
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.None));
        harness.Advance(1);
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.UnknownMemberId));
    }

    [Test]
    public async Task A_session_is_as_long_as_the_member_asked_for()
    {
        await using var harness = MigrationGroups.NewHarness();
        var c = new ClassicConsumer(harness) { SessionTimeout = 7000 };
        await AloneInConsumerGroup(harness, c);
        harness.Advance(6999);
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.None));
        harness.Advance(6999);
        Assert.That((await c.Sync()).ErrorCode, Is.EqualTo(ErrorCode.None));
        harness.Advance(6999);
        Assert.That((await MigrationGroups.Described(harness)).Members, Has.Count.EqualTo(2));
        harness.Advance(1);
        Assert.That((await MigrationGroups.Described(harness)).Members, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Members_of_both_protocols_leave_in_one_request()
    {
        await using var harness = MigrationGroups.NewHarness();
        var (a, b) = (new SimulatedConsumer(harness, "a"), new SimulatedConsumer(harness, "b"));
        await a.Join(_con);
        await b.Join(_con);
        var (c, s) = (new ClassicConsumer(harness), new ClassicConsumer(harness, "i"));
        await c.JoinAndSync();
        await s.JoinAndSync();
        var written = harness.Storage.Entries(0).Count;
        var response = await harness.Leave(
            (c.MemberId, null), ("nobody", null), ("wrong", "i"), ("", "unknown"), ("", "i"), ("b", null), (c.MemberId, null), ("", null));
        Assert.That(response.ErrorCode, Is.EqualTo(ErrorCode.None));
        Assert.That(response.Members.Select(member => member.ErrorCode), Is.EqualTo(new[]
        {
            ErrorCode.None, ErrorCode.UnknownMemberId, ErrorCode.FencedInstanceId, ErrorCode.UnknownMemberId, ErrorCode.None,
            ErrorCode.None, ErrorCode.None, ErrorCode.UnknownMemberId,
        }));
        Assert.That(MigrationGroups.Types(harness, written), Is.EqualTo(new[] { -8, -7, -5, -8, -7, -5, -8, -7, -5, 3 }));
        Assert.That((await MigrationGroups.Described(harness)).Members.Single().MemberId, Is.EqualTo("a"));
        await a.Beat();
        Assert.That(a.OwnedText, Is.EqualTo("con-0 con-1 con-2"));
        var nobody = await harness.Leave(("nobody", null));
        Assert.That(nobody.Members.Single().ErrorCode, Is.EqualTo(ErrorCode.UnknownMemberId));
    }

    [Test]
    public async Task A_member_may_change_to_the_consumer_protocol()
    {
        await using var harness = MigrationGroups.NewHarness();
        await new SimulatedConsumer(harness, "a").Join(["con-b"]);
        var c = new ClassicConsumer(harness, "i") { RebalanceTimeout = 8000 };
        await c.Join().Soon();
        var s = new SimulatedConsumer(harness, "s", "i");
        Assert.That((await s.Join(_con)).ErrorCode, Is.EqualTo(ErrorCode.None), "a classic member need not have left");
        Assert.That(s.OwnedText, Is.EqualTo("con-0 con-1 con-2"));
        var same = new ClassicConsumer(harness) { MemberId = "d", RebalanceTimeout = 8000 };
        await same.Join().Soon();
        Assert.That((await new SimulatedConsumer(harness, "d").Join(_con)).ErrorCode, Is.EqualTo(ErrorCode.None));
        harness.Advance(9000);
        Assert.That((await MigrationGroups.Described(harness)).Members.Select(member => member.MemberType), Is.All.EqualTo(1));
        Assert.That((await MigrationGroups.Described(harness)).Members, Has.Count.EqualTo(3), "the time to sync is over for none");
    }

    [Test]
    public async Task After_a_load_members_have_the_session_of_the_group_to_find_the_coordinator()
    {
        await using var harness = MigrationGroups.NewHarness(MigrationPolicy.Upgrade);
        var c = new ClassicConsumer(harness);
        await AloneInConsumerGroup(harness, c);
        MigrationGroups.Reload(harness, 1);
        harness.Advance(44_999);
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.None));
        harness.Advance(10_000);
        Assert.That(await c.Heartbeat(), Is.EqualTo(ErrorCode.UnknownMemberId), "from the heartbeat on its own counts");
    }

    [Test]
    public async Task A_join_that_is_not_written_changes_nothing()
    {
        await using var harness = MigrationGroups.NewHarness();
        await new SimulatedConsumer(harness, "a").Join(_con);
        var before = await MigrationGroups.DescribedBytes(harness);
        harness.Storage.AppendError = ErrorCode.NotEnoughReplicas;
        Assert.That((await harness.Join("m").Soon()).ErrorCode, Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
        harness.Storage.AppendError = ErrorCode.None;
        Assert.That(await MigrationGroups.DescribedBytes(harness), Is.EqualTo(before));
    }

    [Test]
    public async Task A_member_whose_join_was_committed_too_late_has_a_session()
    {
        await using var harness = MigrationGroups.NewHarness(MigrationPolicy.Upgrade);
        await new SimulatedConsumer(harness, "a").Join(_con);
        harness.Storage.HoldsCommits = true;
        var joined = harness.Join("m");
        harness.Advance(5000);
        Assert.That((await joined.Soon()).ErrorCode, Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
        harness.Storage.HoldsCommits = false;
        harness.Storage.CommitAll();
        Assert.That((await MigrationGroups.Described(harness)).Members, Has.Count.EqualTo(2));
        harness.Advance(5000);
        Assert.That((await MigrationGroups.Described(harness)).Members, Has.Count.EqualTo(1));
    }

    /// <summary>A classic member has all of "con" in epoch 3; the other member, of "con-b", uses the consumer protocol.</summary>
    private static async Task AloneInConsumerGroup(GroupHarness harness, ClassicConsumer member)
    {
        await new SimulatedConsumer(harness, "a").Join(["con-b"]);
        Assert.That(await member.JoinAndSync(), Is.EqualTo(ErrorCode.None));
        Assert.That((member.Generation, member.OwnedText), Is.EqualTo((3, "con-0 con-1 con-2")));
    }

    private static async Task<ErrorCode> TransactionalCommit(GroupHarness harness, string memberId, int generation)
    {
        var response = await harness.Coordinator.TransactionalOffsets.CommitAsync(GroupHarness.Context(3), new TxnOffsetCommitRequest
        {
            TransactionalId = "t", GroupId = GroupHarness.GroupId, ProducerId = 1, MemberId = memberId, GenerationId = generation,
            Topics = [new() { Name = "con", Partitions = [new() { PartitionIndex = 0, CommittedOffset = 1 }] }],
        }, _ => true);
        return response.Topics[0].Partitions[0].ErrorCode;
    }
}
