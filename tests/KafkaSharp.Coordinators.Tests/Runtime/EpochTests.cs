using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Coordinators.Tests.Runtime;

internal sealed class EpochTests
{
    [Test]
    public async Task A_shard_of_an_older_epoch_cannot_write()
    {
        await using var harness = new RuntimeHarness(leaderEpoch: 4);
        harness.Storage.LeaderEpoch = 5;
        await Expect.Refused(harness.Set("a", "1"), ErrorCode.NotLeaderOrFollower);
        Assert.That(harness.Storage.Entries(0), Is.Empty);
        Assert.That(await harness.Dump().Soon(), Is.Empty);
    }

    [Test]
    public async Task A_shard_that_learns_the_new_epoch_writes_on_without_a_load()
    {
        await using var harness = new RuntimeHarness(leaderEpoch: 4);
        await harness.Set("a", "1").Soon();
        harness.Storage.LeaderEpoch = 5;
        harness.Runtime.OnElection(0, 5);
        Assert.That(await harness.Set("b", "1").Soon());
        Assert.That(harness.Shards, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_shard_is_reloaded_when_another_leader_wrote_in_between()
    {
        await using var harness = new RuntimeHarness(leaderEpoch: 4);
        await harness.Set("a", "1").Soon();
        harness.Storage.Entries(0).Add(harness.Storage.Entries(0)[0] with { Value = "2"u8.ToArray() });
        harness.Runtime.OnElection(0, 6);
        await Eventually.True(() => harness.Shards.Count == 2 && harness.Shard.ImageOffsets.Count == 1, "it is reloaded");
        Assert.That(await harness.Get("a").Soon(), Is.EqualTo("2"));
        Assert.That(harness.Shards[0].IsUnloaded);
    }

    // It was decided without the records of the other leader, and is written, if at all, in the new epoch.
    [Test]
    public async Task What_waits_to_be_written_when_a_shard_lacks_records_of_another_leader_is_refused_and_not_written()
    {
        await using var harness = new RuntimeHarness(leaderEpoch: 4);
        await harness.Set("a", "1").Soon();
        var waiting = harness.WhileBusy(
            () =>
            {
                harness.Storage.Entries(0).Add(harness.Storage.Entries(0)[0] with { Value = "2"u8.ToArray() });
                harness.Runtime.OnElection(0, 6);
            },
            new KeyValueRecord("b", "1"));
        await Expect.Refused(waiting, ErrorCode.NotCoordinator);
        await Eventually.True(() => harness.Shards.Count == 2 && harness.Shard.ImageOffsets.Count == 1, "it is reloaded");
        Assert.That(await harness.Dump().Soon(), Is.EqualTo("a=2"));
    }

    [Test]
    public async Task A_write_behind_records_of_another_writer_is_not_acknowledged_and_the_shard_is_reloaded()
    {
        await using var harness = new RuntimeHarness();
        await harness.Set("a", "1").Soon();
        harness.Storage.Entries(0).Add(harness.Storage.Entries(0)[0] with { Value = "2"u8.ToArray() });
        await Expect.Refused(harness.Set("b", "1"), ErrorCode.NotCoordinator);
        await Eventually.True(() => harness.Shards.Count == 2 && harness.Shard.ImageOffsets.Count == 1, "it is reloaded");
        Assert.That(await harness.Dump().Soon(), Is.EqualTo("a=2 b=1"));
    }

    [Test]
    public async Task A_high_watermark_above_what_the_shard_wrote_acknowledges_nothing_that_is_not_written()
    {
        await using var harness = new RuntimeHarness(TimeSpan.FromMilliseconds(5));
        var write = harness.Set("a", "1");
        harness.Storage.Commit(0, 10);
        Assert.That(write.IsCompleted, Is.False);
        harness.Storage.AppendError = ErrorCode.NotEnoughReplicas;
        harness.Advance(5);
        await Expect.Refused(write, ErrorCode.NotEnoughReplicas);
    }
}
