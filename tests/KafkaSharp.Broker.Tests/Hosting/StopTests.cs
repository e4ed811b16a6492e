using KafkaSharp.Broker.Tests.Handlers;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Broker.Tests.Hosting;

/// <summary>A stop ends even if the controller does not respond.</summary>
internal sealed class StopTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Test]
    public async Task A_controller_that_does_not_respond_does_not_block_a_stop()
    {
        using var stuck = new ManualResetEventSlim(true);
        using var reached = new ManualResetEventSlim(false);
        var files = new FaultyFileSystem(new MemoryFileSystem(TimeProvider.System, 1L << 30), (operation, path) =>
        {
            if (operation == FileOperation.Flush && path.Contains("__cluster_metadata-0", StringComparison.Ordinal) && !stuck.IsSet)
            {
                reached.Set();
                stuck.Wait(s_patience);
            }
            return null;
        });
        var time = new HurriedTime();
        var node = await TestNode.StartAsync(files, time: time);
        await node.CreateTopicAsync("t");

        // The controller is asked to move leadership away, and its disk does not come back.
        stuck.Reset();
        var stop = node.DisposeAsync().AsTask();
        Assert.That(reached.Wait(s_patience));
        time.Pass();
        await node.ClosedAsync().WaitAsync(s_patience);

        stuck.Set();
        await stop.WaitAsync(s_patience);
    }

    /// <summary>The system's clock, but that the deadlines of a stop come when the test says so.</summary>
    private sealed class HurriedTime : TimeProvider
    {
        private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(10);

        private readonly List<ITimer> _held = [];
        private bool _passed;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime != s_deadline)
                return base.CreateTimer(callback, state, dueTime, period);
            lock (_held)
            {
                var timer = base.CreateTimer(callback, state, _passed ? TimeSpan.Zero : Timeout.InfiniteTimeSpan, period);
                _held.Add(timer);
                return timer;
            }
        }

        public void Pass()
        {
            lock (_held)
            {
                _passed = true;
                foreach (var timer in _held)
                    timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            }
        }
    }
}
