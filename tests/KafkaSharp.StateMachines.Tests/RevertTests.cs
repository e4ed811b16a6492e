using KafkaSharp.Protocol;
using KafkaSharp.TestInfrastructure;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.StateMachines.Tests;

/// <summary>A host over a log that writes later and can undo the replay of what it could not write.</summary>
[TestFixture]
public sealed class RevertTests
{
    private EventLoop _loop = null!;
    private RevertibleLog _log = null!;
    private Journal _state = null!;
    private StateMachineHost<string> _host = null!;

    [SetUp]
    public void Start()
    {
        _loop = new EventLoop("test", new ManualTimeProvider(), NullLogger.Instance);
        _state = new Journal();
        _log = new RevertibleLog(_state);
        _host = new StateMachineHost<string>(_loop, _log, _state, committedOffset: 0, NullLogger.Instance);
        _log.Host = _host;
    }

    [TearDown]
    public async Task Stop() => await _loop.DisposeAsync();

    [Test]
    public async Task Commands_behind_the_written_offset_fail_and_those_before_it_go_on()
    {
        var written = Write("a");
        _log.WrittenOffset = 1;
        var lost = Write("b");
        var sawLost = _host.ReadAsync("read", () => _state.Records.Count);
        await _loop.RunAsync(() => _log.FailWrite(ErrorCode.KafkaStorageError));
        foreach (var task in new Task[] { lost, sawLost })
            Assert.That(async () => await task, Throws.TypeOf<StateMachineException>().With.Property("ErrorCode")
                .EqualTo(ErrorCode.KafkaStorageError));
        Assert.That(written.IsCompleted, Is.False);
        _host.OnCommitted(1);
        Assert.That(await written, Is.True);
        Assert.That(_host.Failed.IsCompleted, Is.False);
        _ = Write("c");
        await _loop.RunAsync(() => { });
        Assert.That(_state.Records, Is.EqualTo(new[] { "a", "c" }));
    }

    [Test]
    public void A_write_that_fails_on_release_fails_the_command_and_not_the_host()
    {
        _log.RefuseRelease = ErrorCode.NotEnoughReplicas;
        Assert.That(async () => await Write("a"), Throws.TypeOf<StateMachineException>().With.Property("ErrorCode")
            .EqualTo(ErrorCode.NotEnoughReplicas));
        Assert.That(_state.Records, Is.Empty);
        Assert.That(_host.Failed.IsCompleted, Is.False);
        Assert.That(_host.AppendedOffset, Is.Zero);
    }

    [Test]
    public void A_replay_that_fails_is_undone_and_the_host_goes_on()
    {
        _state.Refuse = "bad";
        var before = Write("a");
        Assert.That(async () => await Write("b", "bad"), Throws.TypeOf<StateMachineException>().With.Property("ErrorCode")
            .EqualTo(ErrorCode.UnknownServerError));
        Assert.That(async () => await before, Throws.TypeOf<StateMachineException>());
        Assert.That(_state.Records, Is.Empty);
        Assert.That(_host.Failed.IsCompleted, Is.False);
    }

    [Test]
    public async Task A_list_that_is_not_atomic_is_appended_and_released_in_the_parts_that_fit()
    {
        _log.PartSize = 2;
        _ = _host.WriteAsync("write", () => new CommandResult<string, bool>(["a", "b", "c", "d", "e"], true, IsAtomic: false));
        _ = _host.WriteAsync("write", () => new CommandResult<string, bool>(["f", "g", "h"], true, IsAtomic: true));
        await _loop.RunAsync(() => { });
        Assert.That(_log.Parts, Is.EqualTo(new[] { 2, 2, 1, 3 }));
        Assert.That(_state.Records, Is.EqualTo(new[] { "a", "b", "c", "d", "e", "f", "g", "h" }));
    }

    private Task<bool> Write(params string[] records) => _host.WriteAsync("write", () => new CommandResult<string, bool>(records, true));

    private sealed class RevertibleLog(Journal state) : IStateMachineLog<string>
    {
        private long _end;

        public StateMachineHost<string>? Host { get; set; }
        public long WrittenOffset { get; set; }
        public ErrorCode RefuseRelease { get; set; }
        public int PartSize { get; set; } = int.MaxValue;
        public List<int> Parts { get; } = [];

        public int CountThatFits(IReadOnlyList<string> records, int start) => Math.Min(PartSize, records.Count - start);

        public long Append(IReadOnlyList<string> records, bool isAtomic)
        {
            Parts.Add(records.Count);
            return _end += records.Count;
        }

        public void Release()
        {
            if (RefuseRelease != ErrorCode.None)
                FailWrite(RefuseRelease);
        }

        public bool TryDiscard(StateMachineException reason)
        {
            FailWrite(reason.ErrorCode);
            return true;
        }

        public void FailWrite(ErrorCode error)
        {
            _end = WrittenOffset;
            state.Records.RemoveRange((int)WrittenOffset, state.Records.Count - (int)WrittenOffset);
            Host!.Revert(WrittenOffset, new StateMachineException(error, "refused"));
        }
    }

    private sealed class Journal : IReplayable<string>
    {
        public List<string> Records { get; } = [];
        public string? Refuse { get; set; }

        public void Replay(long offset, string record)
        {
            if (record == Refuse)
                throw new InvalidOperationException("cannot replay");
            Records.Add(record);
        }
    }
}
