using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Coordinators.Tests.Runtime;

internal sealed class LoadTests
{
    [Test]
    public async Task A_load_gives_the_state_that_live_replay_gave()
    {
        await using var harness = new RuntimeHarness();
        await harness.Set("a", "1").Soon();
        await harness.SetInTransaction(7, "a", "2").Soon();
        await harness.SetInTransaction(8, "b", "2").Soon();
        await harness.SetInTransaction(9, "c", "2").Soon();
        await harness.End(7, committed: true).WaitAsync(TimeSpan.FromSeconds(10));
        await harness.End(8, committed: false).WaitAsync(TimeSpan.FromSeconds(10));
        var live = await harness.Dump().Soon();
        Assert.That(live, Is.EqualTo("a=2 9:c=2"));
        harness.Runtime.OnResignation(0, 2);
        Assert.That(harness.Runtime.Find(0), Is.Null);
        harness.Runtime.OnElection(0, 3);
        Assert.That(await harness.Dump().Soon(), Is.EqualTo(live));
        await harness.End(9, committed: true).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.That(await harness.Get("c").Soon(), Is.EqualTo("2"));
    }

    [Test]
    public async Task Records_above_the_high_watermark_are_loaded_and_seen_when_they_are_committed()
    {
        await using var harness = new RuntimeHarness();
        await harness.Set("a", "1").Soon();
        harness.Storage.HoldsCommits = true;
        _ = harness.Set("a", "2");
        harness.Runtime.OnResignation(0, 2);
        harness.Runtime.OnElection(0, 3);
        var query = harness.Get("a");
        Assert.That(query.IsCompleted, Is.False, "what it has seen may be lost by a failover");
        harness.Storage.Commit(0, 2);
        Assert.That(await query.Soon(), Is.EqualTo("2"));
    }

    [Test]
    public async Task Commands_are_refused_while_the_shard_loads_and_a_load_that_is_not_needed_any_more_ends()
    {
        await using var harness = new RuntimeHarness(leaderEpoch: -1);
        harness.Storage.LoadGate = new TaskCompletionSource();
        harness.Runtime.OnElection(0, 1);
        var loading = harness.Host;
        await Expect.Refused(harness.Set("a", "1"), ErrorCode.CoordinatorLoadInProgress);
        harness.Runtime.OnResignation(0, 2);
        await Expect.Refused(loading.WriteAsync<bool>("late", _ => new([], true)), ErrorCode.NotCoordinator);
        harness.Storage.LoadGate = null;
        harness.Runtime.OnElection(0, 3);
        await Eventually.True(
            () => harness.Shards.Count == 2 && !harness.Host.HasFailed && harness.Set("a", "1").IsCompletedSuccessfully, "it is loaded");
        await Eventually.True(() => harness.Shards[0].IsUnloaded, "the first shard is unloaded");
    }

    [Test]
    public async Task Delayed_commands_end_with_the_shard()
    {
        await using var harness = new RuntimeHarness(TimeSpan.FromMinutes(1));
        harness.Storage.HoldsCommits = true;
        var write = harness.Set("a", "1");
        harness.Runtime.OnResignation(0, 2);
        await Expect.Refused(write, ErrorCode.NotCoordinator);
        Assert.That(harness.Shard.IsUnloaded);
        Assert.That(harness.Storage.Entries(0), Is.Empty);
    }

    [Test]
    public async Task A_failed_load_is_tried_again_with_the_next_epoch_only()
    {
        await using var harness = new RuntimeHarness(leaderEpoch: -1);
        harness.Storage.LoadError = new IOException("injected by the test");
        harness.Runtime.OnElection(0, 1);
        await Expect.Refused(harness.Set("a", "1"), ErrorCode.NotCoordinator);
        harness.Storage.LoadError = null;
        harness.Runtime.OnElection(0, 1);
        await Expect.Refused(harness.Set("a", "1"), ErrorCode.NotCoordinator);
        harness.Runtime.OnElection(0, 2);
        await Eventually.True(() => harness.Set("a", "1").IsCompletedSuccessfully, "it is loaded");
    }

    [Test]
    public async Task A_record_of_an_unknown_type_is_ignored()
    {
        await using var harness = new RuntimeHarness(leaderEpoch: -1);
        harness.Storage.Entries(0).Add(new([0, 99, 1], [1]));
        harness.Runtime.OnElection(0, 1);
        await harness.Set("a", "1").Soon();
        Assert.That(await harness.Dump().Soon(), Is.EqualTo("a=1"));
    }
}
