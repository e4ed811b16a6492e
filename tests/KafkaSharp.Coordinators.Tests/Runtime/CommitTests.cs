using KafkaSharp.Coordinators.Tests.Harness;
using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Tests.Runtime;

internal sealed class CommitTests
{
    [Test]
    public async Task Responses_are_given_when_another_thread_moves_the_high_watermark()
    {
        await using var harness = new RuntimeHarness();
        harness.Storage.HoldsCommits = true;
        var first = harness.Set("a", "1");
        var second = harness.Set("b", "1");
        harness.Storage.Commit(0, 1);
        Assert.That(await first.Soon());
        Assert.That(second.IsCompleted, Is.False);
        await Task.Run(() => harness.Storage.Commit(0, 2));
        Assert.That(await second.Soon());
    }

    [Test]
    public async Task A_write_that_is_not_committed_in_time_is_refused_and_its_records_stay()
    {
        await using var harness = new RuntimeHarness();
        harness.Storage.HoldsCommits = true;
        var write = harness.Set("a", "1");
        harness.Advance(5000);
        await Expect.Refused(write, ErrorCode.RequestTimedOut);
        harness.Storage.CommitAll();
        Assert.That(await harness.Get("a").Soon(), Is.EqualTo("1"));
    }

    [Test]
    public async Task A_delayed_response_is_given_by_a_later_command()
    {
        await using var harness = new RuntimeHarness();
        StateMachines.DelayedResponse<string>? waiting = null;
        var delayed = harness.Host.WriteDelayedAsync<string>("wait", (_, response) =>
        {
            waiting = response;
            return StateMachines.CommandResult.Empty<KeyValueRecord>();
        });
        harness.Advance(60_000);
        Assert.That(delayed.IsCompleted, Is.False, "no timeout but the shard's own");
        await harness.WhileBusy(() => waiting!.TryComplete("now")).Soon();
        Assert.That(await delayed.Soon(), Is.EqualTo("now"));
    }

    [Test]
    public async Task A_delayed_response_whose_command_failed_is_the_failure()
    {
        await using var harness = new RuntimeHarness();
        harness.Storage.AppendError = ErrorCode.NotEnoughReplicas;
        var delayed = harness.Host.WriteDelayedAsync<string>("wait", (_, _) => new([new KeyValueRecord("a", "1")]));
        await Expect.Refused(delayed, ErrorCode.NotEnoughReplicas);
    }
}
