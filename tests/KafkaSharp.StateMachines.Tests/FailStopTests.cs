using KafkaSharp.TestInfrastructure;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.StateMachines.Tests;

internal sealed class FailStopTests
{
    [Test]
    public async Task After_the_first_failure_no_command_runs_and_the_failure_is_reported_once()
    {
        await using var loop = new EventLoop("loop", new ManualTimeProvider(), NullLogger.Instance);
        var (failStop, failures, ran) = (new FailStop(), new List<Exception>(), new List<int>());
        failStop.Post(loop, () => ran.Add(1), failures.Add);
        failStop.Post(loop, () => throw new InvalidOperationException("first"), failures.Add);
        failStop.Post(loop, () => ran.Add(2), failures.Add);
        failStop.Post(loop, () => throw new InvalidOperationException("second"), failures.Add);
        await loop.RunAsync(() => { });
        Assert.That(ran, Is.EqualTo(new[] { 1 }));
        Assert.That(failures.Select(e => e.Message), Is.EqualTo(new[] { "first" }));
    }

    [Test]
    public async Task Another_component_on_the_same_loop_goes_on()
    {
        await using var loop = new EventLoop("loop", new ManualTimeProvider(), NullLogger.Instance);
        var (one, other, ran) = (new FailStop(), new FailStop(), false);
        one.Post(loop, () => throw new InvalidOperationException(), _ => { });
        other.Post(loop, () => ran = true, _ => { });
        await loop.RunAsync(() => { });
        Assert.That(ran);
    }
}
