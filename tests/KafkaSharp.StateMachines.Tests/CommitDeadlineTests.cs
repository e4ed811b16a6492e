using KafkaSharp.Protocol;
using KafkaSharp.TestInfrastructure;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.StateMachines.Tests;

[TestFixture]
public sealed class CommitDeadlineTests
{
    [TestCase(-3600, Description = "set back")]
    [TestCase(3600, Description = "set forth")]
    public async Task A_deadline_does_not_move_when_the_time_of_day_is_set(int seconds)
    {
        var time = new SettableTime();
        await using var loop = new EventLoop("test", time, NullLogger.Instance);
        var host = new StateMachineHost<string>(loop, new SilentLog(), new NoState(), 0, NullLogger.Instance);
        var write = host.WriteAsync("w", () => new CommandResult<string, int>(["a"], 1), TimeSpan.FromSeconds(5));
        var later = host.WriteAsync("w", () => new CommandResult<string, int>(["b"], 2), TimeSpan.FromSeconds(9));
        await loop.RunAsync(() => { });
        time.Shift = TimeSpan.FromSeconds(seconds);
        time.Steady.Advance(TimeSpan.FromSeconds(5));
        Assert.That(
            async () => await write.WaitAsync(TimeSpan.FromSeconds(10)),
            Throws.TypeOf<StateMachineException>().With.Property("ErrorCode").EqualTo(ErrorCode.RequestTimedOut));
        await loop.RunAsync(() => { });
        Assert.That(later.IsCompleted, Is.False);
    }

    [Test]
    public async Task A_command_that_has_timed_out_is_not_kept_while_nothing_is_committed()
    {
        var time = new ManualTimeProvider();
        await using var loop = new EventLoop("test", time, NullLogger.Instance);
        var host = new StateMachineHost<string>(loop, new SilentLog(), new NoState(), 0, NullLogger.Instance);
        var commands = await TimeOut(host, time, 100);
        var read = host.ReadAsync("r", () => 1, TimeSpan.FromSeconds(5));
        await loop.RunAsync(() => { });
        GC.Collect();
        // A thread may still hold the last ones.
        Assert.That(commands.Count(command => command.TryGetTarget(out _)), Is.LessThan(10));
        host.OnCommitted(100);
        Assert.That(await read.WaitAsync(TimeSpan.FromSeconds(10)), Is.EqualTo(1));
    }

    [Test]
    public async Task A_command_with_a_short_timeout_does_not_wait_for_one_with_a_longer_timeout_before_it()
    {
        var time = new ManualTimeProvider();
        await using var loop = new EventLoop("test", time, NullLogger.Instance);
        var host = new StateMachineHost<string>(loop, new SilentLog(), new NoState(), 0, NullLogger.Instance);
        var unlimited = host.WriteAsync("u", () => new CommandResult<string, int>(["u"], 0));
        var slow = host.WriteAsync("s", () => new CommandResult<string, int>(["s"], 1), TimeSpan.FromSeconds(9));
        var quick = host.WriteAsync("q", () => new CommandResult<string, int>(["q"], 2), TimeSpan.FromSeconds(5));
        await loop.RunAsync(() => { });
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.That(async () => await quick.WaitAsync(TimeSpan.FromSeconds(10)), Throws.TypeOf<StateMachineException>());
        Assert.That(slow.IsCompleted, Is.False);
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.That(async () => await slow.WaitAsync(TimeSpan.FromSeconds(10)), Throws.TypeOf<StateMachineException>());
        Assert.That(unlimited.IsCompleted, Is.False);
        host.OnCommitted(1);
        Assert.That(await unlimited.WaitAsync(TimeSpan.FromSeconds(10)), Is.Zero);
    }

    /// <summary>Commands that write, and of which none is committed within its timeout.</summary>
    private static async Task<List<WeakReference<object>>> TimeOut(StateMachineHost<string> host, ManualTimeProvider time, int count)
    {
        List<WeakReference<object>> commands = [];
        List<Task<object>> writes = [];
        for (var i = 0; i < count; i++)
        {
            var response = new object();
            commands.Add(new(response));
            writes.Add(host.WriteAsync("w", () => new CommandResult<string, object>(["a"], response), TimeSpan.FromSeconds(5)));
        }
        await host.Loop.RunAsync(() => { });
        time.Advance(TimeSpan.FromSeconds(5));
        foreach (var write in writes)
            Assert.That(async () => await write.WaitAsync(TimeSpan.FromSeconds(10)), Throws.TypeOf<StateMachineException>());
        return commands;
    }

    private sealed class SettableTime : TimeProvider
    {
        public ManualTimeProvider Steady { get; } = new();

        public TimeSpan Shift { get; set; }

        public override long TimestampFrequency => Steady.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => Steady.GetUtcNow() + Shift;

        public override long GetTimestamp() => Steady.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            Steady.CreateTimer(callback, state, dueTime, period);
    }

    private sealed class SilentLog : IStateMachineLog<string>
    {
        private long _end;

        public long Append(IReadOnlyList<string> records, bool isAtomic) => _end += records.Count;
    }

    private sealed class NoState : IReplayable<string>
    {
        public void Replay(long offset, string record)
        {
        }
    }
}
