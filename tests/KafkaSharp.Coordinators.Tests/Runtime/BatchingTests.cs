using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Coordinators.Tests.Runtime;

internal sealed class BatchingTests
{
    [Test]
    public async Task With_adaptive_linger_a_command_is_written_at_once_when_nothing_else_is_queued()
    {
        await using var harness = new RuntimeHarness();
        Assert.That(harness.Set("a", "1").IsCompletedSuccessfully);
        Assert.That(harness.Set("b", "2").IsCompletedSuccessfully);
        Assert.That(harness.Storage.Batches, Is.EqualTo(new[] { 1, 1 }));
    }

    [Test]
    public async Task With_adaptive_linger_commands_that_queue_up_share_one_batch()
    {
        await using var harness = new RuntimeHarness();
        var queued = new List<Task<bool>>();
        var first = harness.WhileBusy(
            () =>
            {
                for (var i = 0; i < 10; i++)
                    queued.Add(harness.Set($"k{i}", "v"));
            },
            new KeyValueRecord("first", "1"));
        Assert.That(await first.Soon());
        await Task.WhenAll(queued).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.That(harness.Storage.Batches, Is.EqualTo(new[] { 11 }));
    }

    [Test]
    public async Task A_fixed_linger_holds_a_batch_back_until_it_is_over_and_responses_with_it()
    {
        await using var harness = new RuntimeHarness(TimeSpan.FromMilliseconds(5));
        var first = harness.Set("a", "1");
        harness.Advance(4);
        var second = harness.Set("b", "2");
        Assert.That(first.IsCompleted || second.IsCompleted, Is.False);
        Assert.That(harness.Storage.Batches, Is.Empty);
        harness.Advance(1);
        Assert.That(await first.Soon());
        Assert.That(await second.Soon());
        Assert.That(harness.Storage.Batches, Is.EqualTo(new[] { 2 }));
        var third = harness.Set("c", "3");
        harness.Advance(5);
        Assert.That(await third.Soon(), "the linger time starts again with the next batch");
    }

    [Test]
    public async Task Without_linger_every_command_is_a_batch()
    {
        await using var harness = new RuntimeHarness(TimeSpan.Zero);
        await harness.WhileBusy(() => _ = harness.Set("b", "2"), new KeyValueRecord("a", "1")).Soon();
        Assert.That(harness.Storage.Batches, Is.EqualTo(new[] { 1, 1 }));
    }

    [Test]
    public async Task A_query_sees_what_is_not_written_yet_and_waits_for_it()
    {
        await using var harness = new RuntimeHarness(TimeSpan.FromMilliseconds(5));
        _ = harness.Set("a", "1");
        var query = harness.Get("a");
        Assert.That(query.IsCompleted, Is.False);
        harness.Advance(5);
        Assert.That(await query.Soon(), Is.EqualTo("1"));
    }

    [Test]
    public async Task A_batch_that_is_full_is_written_before_the_linger_time_is_over()
    {
        await using var harness = new RuntimeHarness(TimeSpan.FromSeconds(4));
        harness.Storage.MaxBatchSize = 1000;
        var writes = Enumerable.Range(0, 20).Select(i => harness.Set($"k{i}", new string('x', 200))).ToArray();
        await Eventually.True(() => writes.Count(write => write.IsCompleted) > 10, "most are written");
        Assert.That(harness.Storage.Batches, Has.All.InRange(2, 4));
        harness.Advance(4000);
        await Task.WhenAll(writes).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.That(harness.Storage.Entries(0), Has.Count.EqualTo(20));
    }

    [Test]
    public async Task A_long_list_is_split_into_batches_that_fit_unless_it_is_atomic()
    {
        await using var harness = new RuntimeHarness();
        harness.Storage.MaxBatchSize = 1000;
        var records = Enumerable.Range(0, 50).Select(i => new KeyValueRecord($"k{i}", new string('x', 100))).ToArray();
        Assert.That(await harness.WriteSplit(records).Soon());
        Assert.That(harness.Storage.Batches, Has.Count.GreaterThan(5));
        Assert.That(harness.Storage.Batches.Sum(), Is.EqualTo(50));
        Assert.That(await harness.Get("k49").Soon(), Is.Not.Null);
        await Expect.Refused(harness.Write(records), ErrorCode.MessageTooLarge);
        Assert.That(harness.Storage.Entries(0), Has.Count.EqualTo(50));
    }

    [Test]
    public async Task An_atomic_list_that_does_not_fit_behind_others_gets_a_batch_of_its_own()
    {
        await using var harness = new RuntimeHarness(TimeSpan.FromSeconds(4));
        harness.Storage.MaxBatchSize = 1000;
        _ = harness.Set("a", new string('x', 500));
        _ = harness.Write(new KeyValueRecord("b", new string('x', 300)), new KeyValueRecord("c", new string('x', 300)));
        Assert.That(harness.Storage.Batches, Is.EqualTo(new[] { 1 }));
        harness.Advance(4000);
        Assert.That(harness.Storage.Batches, Is.EqualTo(new[] { 1, 2 }));
    }
}
