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
