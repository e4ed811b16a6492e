using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Coordinators.Tests.Runtime;

internal sealed class TimerAndMetadataTests
{
    [Test]
    public async Task The_expiry_of_a_timer_is_a_command_that_writes()
    {
        await using var harness = new RuntimeHarness();
        var timer = harness.Shard.Context.NewTimer("timer");
        timer.Set(TimeSpan.FromSeconds(10), () => new([new KeyValueRecord("expired", "1")]));
        harness.Advance(9999);
        Assert.That(harness.Storage.Entries(0), Is.Empty);
        timer.Set(TimeSpan.FromSeconds(10), () => new([new KeyValueRecord("later", "1")]));
        harness.Advance(9999);
        Assert.That(harness.Storage.Entries(0), Is.Empty, "the deadline moved");
        harness.Advance(1);
        Assert.That(await harness.Dump().Soon(), Is.EqualTo("later=1"));
    }

    [Test]
    public async Task A_timer_ends_with_its_shard()
    {
        await using var harness = new RuntimeHarness();
        harness.Shard.Context.NewTimer("timer").Set(TimeSpan.FromSeconds(10), () => new([new KeyValueRecord("expired", "1")]));
        harness.Runtime.OnResignation(0, 2);
        harness.Runtime.OnElection(0, 3);
        harness.Advance(20_000);
        Assert.That(await harness.Dump().Soon(), Is.Empty);
    }

    [Test]
    public async Task A_timer_whose_write_fails_leaves_the_shard_as_it_was()
    {
        await using var harness = new RuntimeHarness();
        harness.Shard.Context.NewTimer("timer").Set(TimeSpan.FromSeconds(1), () => new([new KeyValueRecord("expired", "1")]));
        harness.Storage.AppendError = ErrorCode.NotEnoughReplicas;
        harness.Advance(1000);
        harness.Storage.AppendError = ErrorCode.None;
        Assert.That(await harness.Dump().Soon(), Is.Empty);
    }

    [Test]
    public async Task A_shard_receives_the_newest_image_when_it_is_loaded_and_every_later_one_once()
    {
        await using var harness = new RuntimeHarness(leaderEpoch: -1);
        harness.PublishMetadata();
        harness.Storage.LoadGate = new TaskCompletionSource();
        harness.Runtime.OnElection(0, 1);
        harness.PublishMetadata();
        harness.Storage.LoadGate.SetResult();
        await Eventually.True(() => harness.Shard.ImageOffsets.Count == 1, "the shard is loaded");
        harness.PublishMetadata();
        harness.PublishMetadata();
        Assert.That(harness.Shard.ImageOffsets, Is.EqualTo(new[] { 2L, 3L, 4L }));
    }
}
