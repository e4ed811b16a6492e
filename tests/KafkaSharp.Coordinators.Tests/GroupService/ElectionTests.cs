using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.Coordinators.Tests.GroupService;

internal sealed class ElectionTests
{
    [Test]
    public async Task While_a_partition_loads_its_groups_are_refused_and_heartbeats_pass()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup();
        harness.Coordinator.OnResignation(0, 1);
        harness.Storage.LoadGate = new TaskCompletionSource();
        harness.Coordinator.OnElection(0, 2);
        Assert.That(await harness.Commit(1), Is.EqualTo(ErrorCode.CoordinatorLoadInProgress));
        Assert.That((await harness.Join().Soon()).ErrorCode, Is.EqualTo(ErrorCode.CoordinatorLoadInProgress));
        Assert.That((await harness.Sync(ids[0], 1).Soon()).ErrorCode, Is.EqualTo(ErrorCode.CoordinatorLoadInProgress));
        Assert.That(await harness.Heartbeat(ids[0], 1), Is.EqualTo(ErrorCode.None), "an error would make the member rejoin");
        var list = await harness.Coordinator.Administration.ListGroupsAsync(
            GroupHarness.Context(5), new() { StatesFilter = [], TypesFilter = [] });
        Assert.That(list.ErrorCode, Is.EqualTo(ErrorCode.CoordinatorLoadInProgress));
        harness.Storage.LoadGate.SetResult();
        await TestInfrastructure.Eventually.True(() => harness.Describe().Result.GroupState == "Stable", "the shard is loaded");
    }

    [Test]
    public async Task Requests_that_wait_when_leadership_is_lost_receive_NOT_COORDINATOR()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup(2);
        var join = harness.Join(ids[0]);
        harness.Storage.HoldsCommits = true;
        var commit = harness.Commit(1, ids[1], 1);
        harness.Coordinator.OnResignation(0, 1);
        Assert.That((await join.Soon()).ErrorCode, Is.EqualTo(ErrorCode.NotCoordinator));
        Assert.That(await commit.Soon(), Is.EqualTo(ErrorCode.NotCoordinator));
        Assert.That(await harness.Heartbeat(ids[0], 1), Is.EqualTo(ErrorCode.NotCoordinator));
    }

    [Test]
    public async Task A_waiting_sync_is_sent_to_the_new_coordinator()
    {
        await using var harness = new GroupHarness();
        var (first, firstJoin) = await harness.JoinKnown();
        var (second, _) = await harness.JoinKnown();
        harness.Advance(6000);
        var sync = harness.Sync((await firstJoin.Soon()).Leader == first ? second : first, 1);
        harness.Coordinator.OnResignation(0, 1);
        Assert.That((await sync.Soon()).ErrorCode, Is.EqualTo(ErrorCode.NotCoordinator));
    }

    [Test]
    public async Task An_older_epoch_than_the_known_one_changes_nothing()
    {
        await using var harness = new GroupHarness();
        harness.Coordinator.OnResignation(0, 5);
        harness.Coordinator.OnElection(0, 4);
        Assert.That(await harness.Commit(1), Is.EqualTo(ErrorCode.NotCoordinator));
        harness.Coordinator.OnElection(0, 6);
        Assert.That(await harness.Commit(1), Is.EqualTo(ErrorCode.None));
        harness.Coordinator.OnResignation(0, 5);
        Assert.That(await harness.Commit(2), Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task A_topic_that_is_created_again_counts_its_epochs_from_the_beginning()
    {
        await using var harness = new GroupHarness();
        harness.Coordinator.OnElection(0, 7);
        harness.Coordinator.OnResignation(0, null);
        Assert.That(await harness.Commit(1), Is.EqualTo(ErrorCode.NotCoordinator));
        harness.Coordinator.OnElection(0, 0);
        Assert.That(await harness.Commit(1), Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task A_load_that_still_runs_when_leadership_is_lost_is_given_up()
    {
        await using var harness = new GroupHarness();
        harness.Coordinator.OnResignation(0, 1);
        harness.Storage.LoadGate = new TaskCompletionSource();
        harness.Coordinator.OnElection(0, 2);
        harness.Coordinator.OnResignation(0, 3);
        Assert.That(await harness.Commit(1), Is.EqualTo(ErrorCode.NotCoordinator));
        harness.Storage.LoadGate = null;
        harness.Coordinator.OnElection(0, 4);
        await TestInfrastructure.Eventually.True(() => harness.Commit(1).Result == ErrorCode.None, "the shard is loaded");
    }

    [Test]
    public async Task A_member_loaded_from_the_log_has_a_whole_session_for_its_first_heartbeat()
    {
        await using var harness = new GroupHarness();
        var ids = await harness.StableGroup();
        harness.Advance(9999);
        harness.Coordinator.OnResignation(0, 1);
        harness.Coordinator.OnElection(0, 2);
        harness.Advance(9999);
        Assert.That(await harness.Heartbeat(ids[0], 1), Is.EqualTo(ErrorCode.None));
        harness.Advance(10_000);
        Assert.That(await harness.Heartbeat(ids[0], 1), Is.EqualTo(ErrorCode.UnknownMemberId));
    }

    [Test]
    public async Task A_shard_that_could_not_be_loaded_is_reloaded_with_the_next_epoch()
    {
        await using var harness = new GroupHarness();
        await harness.Commit(7);
        harness.Coordinator.OnResignation(0, 1);
        harness.Storage.LoadError = new IOException("injected by the test");
        harness.Coordinator.OnElection(0, 2);
        Assert.That(await harness.Commit(8), Is.EqualTo(ErrorCode.NotCoordinator));
        harness.Storage.LoadError = null;
        harness.Coordinator.OnElection(0, 2);
        Assert.That(await harness.Commit(8), Is.EqualTo(ErrorCode.NotCoordinator), "the same epoch");
        harness.Coordinator.OnElection(0, 3);
        await TestInfrastructure.Eventually.True(() => harness.Committed().Result == 7, "the shard is loaded");
    }

    [Test]
    public async Task A_record_of_an_unknown_type_is_passed_over()
    {
        await using var harness = new GroupHarness();
        await harness.Commit(7);
        harness.Coordinator.OnResignation(0, 1);
        harness.Storage.Entries(0).Add(new([0x7f, 0x01, 9], [1, 2, 3]));
        harness.Coordinator.OnElection(0, 2);
        Assert.That(await harness.Committed(), Is.EqualTo(7));
    }

    [TestCase(new byte[] { 0, 1, 0, 9 }, new byte[] { 0, 4 }, Description = "a key that ends too early")]
    [TestCase(new byte[] { 0 }, new byte[] { 0, 4 }, Description = "no type at all")]
    [TestCase(new byte[] { 0, 2, 0, 1, 65 }, new byte[] { 0, 99 }, Description = "a value of a version to come")]
    public async Task A_record_of_a_known_type_that_can_not_be_read_ends_the_load(byte[] key, byte[] value)
    {
        await using var harness = new GroupHarness();
        await harness.Commit(7);
        harness.Coordinator.OnResignation(0, 1);
        harness.Storage.Entries(0).Add(new(key, value));
        harness.Coordinator.OnElection(0, 2);
        Assert.That(await harness.Commit(8), Is.EqualTo(ErrorCode.NotCoordinator));
    }

    [Test]
    public async Task A_coordinator_that_has_stopped_is_not_available()
    {
        var harness = new GroupHarness();
        await harness.DisposeAsync();
        Assert.That((await harness.Join().Soon()).ErrorCode, Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
        Assert.That(await harness.Commit(1), Is.EqualTo(ErrorCode.CoordinatorNotAvailable));
    }
}
