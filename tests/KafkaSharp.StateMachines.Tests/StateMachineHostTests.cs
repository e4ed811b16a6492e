using KafkaSharp.Protocol;
using KafkaSharp.TestInfrastructure;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.StateMachines.Tests;

[TestFixture]
public sealed class StateMachineHostTests
{
    private readonly ManualTimeProvider _time = new();
    private EventLoop _loop = null!;
    private FakeLog _log = null!;
    private Journal _state = null!;
    private StateMachineHost<string> _host = null!;

    [SetUp]
    public void Start()
    {
        _loop = new EventLoop("test", _time, NullLogger.Instance);
        _log = new FakeLog { EndOffset = 10 };
        _state = new Journal();
        _host = new StateMachineHost<string>(_loop, _log, _state, committedOffset: 10, NullLogger.Instance);
    }

    [TearDown]
    public async Task Stop() => await _loop.DisposeAsync();

    [Test]
    public async Task A_write_is_replayed_at_once_and_completed_at_commit()
    {
        var write = Write("a", "b");
        await Settle();
        Assert.Multiple(() =>
        {
            Assert.That(_state.Records, Is.EqualTo(new[] { (10L, "a"), (11L, "b") }));
            Assert.That(write.IsCompleted, Is.False);
        });
        _host.OnCommitted(11);
        await Settle();
        Assert.That(write.IsCompleted, Is.False);
        _host.OnCommitted(12);
        Assert.That(await write, Is.EqualTo("wrote a"));
        Assert.That(_host.CommittedOffset, Is.EqualTo(12));
    }

    [Test]
    public void A_log_that_commits_inside_the_append_completes_without_leaving_the_thread()
    {
        _log.OnAppend = end => _host.OnCommitted(end);
        Assert.That(Write("a").IsCompletedSuccessfully);
        Assert.That(Write("b").IsCompletedSuccessfully);
    }

    [Test]
    public async Task A_read_waits_for_everything_written_before_it_and_for_nothing_else()
    {
        var idle = _host.ReadAsync("idle", () => 1);
        Assert.That(await idle, Is.EqualTo(1));
        var write = Write("a");
        var read = _host.ReadAsync("count", () => _state.Records.Count);
        var later = Write("b");
        await Settle();
        Assert.That(read.IsCompleted, Is.False);
        _host.OnCommitted(11);
        Assert.That(await read, Is.EqualTo(1));
        Assert.That(await write, Is.EqualTo("wrote a"));
        await Settle();
        Assert.That(later.IsCompleted, Is.False);
    }

    [Test]
    public async Task A_command_that_throws_appends_nothing_and_the_next_one_goes_on()
    {
        var failed = _host.WriteAsync<int>("bad", () => throw new InvalidOperationException("no"));
        Assert.That(async () => await failed, Throws.InvalidOperationException);
        _ = Write("a");
        await Settle();
        Assert.That(_state.Records, Is.EqualTo(new[] { (10L, "a") }));
    }

    [Test]
    public async Task A_refused_append_fails_the_write_and_leaves_the_state_untouched()
    {
        _log.Refuse = ErrorCode.NotEnoughReplicas;
        var refused = Write("a");
        Assert.That(async () => await refused, Throws.TypeOf<StateMachineException>().With.Property("ErrorCode")
            .EqualTo(ErrorCode.NotEnoughReplicas));
        await Settle();
        Assert.That(_state.Records, Is.Empty);
        Assert.That(_host.Failed.IsCompleted, Is.False);
    }

    [Test]
    public async Task Failing_ends_pending_and_later_commands()
    {
        var write = Write("a");
        var read = _host.ReadAsync("r", () => 1);
        _host.Fail(ErrorCode.NotCoordinator);
        var later = Write("b");
        foreach (var task in new Task[] { write, read, later })
            Assert.That(async () => await task, Throws.TypeOf<StateMachineException>().With.Property("ErrorCode")
                .EqualTo(ErrorCode.NotCoordinator));
        Assert.That((await _host.Failed).ErrorCode, Is.EqualTo(ErrorCode.NotCoordinator));
        _host.OnCommitted(100);
        await Settle();
        Assert.That(_state.Records, Is.EqualTo(new[] { (10L, "a") }));
    }

    [Test]
    public async Task Records_that_cannot_be_replayed_end_the_host_and_are_not_released_to_the_log()
    {
        _state.Refuse = "bad";
        var earlier = Write("a");
        var bad = Write("bad");
        Assert.That(async () => await bad, Throws.TypeOf<StateMachineException>().With.Property("ErrorCode")
            .EqualTo(ErrorCode.UnknownServerError));
        Assert.That(async () => await earlier, Throws.TypeOf<StateMachineException>());
        Assert.That((await _host.Failed).ErrorCode, Is.EqualTo(ErrorCode.UnknownServerError));
        Assert.That(_log.Released, Is.EqualTo(new[] { 11L }));
    }

    [Test]
    public async Task A_log_that_cannot_release_what_was_replayed_ends_the_host_with_its_error()
    {
        _log.RefuseRelease = ErrorCode.NotController;
        var write = Write("a");
        Assert.That(async () => await write, Throws.TypeOf<StateMachineException>().With.Property("ErrorCode")
            .EqualTo(ErrorCode.NotController));
        Assert.That((await _host.Failed).ErrorCode, Is.EqualTo(ErrorCode.NotController));
    }

    [Test]
    public async Task A_write_that_is_not_committed_in_time_fails_and_others_continue_to_wait()
    {
        var patient = Write("a");
        var hasty = _host.WriteAsync("w", () => new CommandResult<string, int>(["b"], 1), TimeSpan.FromSeconds(5));
        var slower = _host.WriteAsync("w", () => new CommandResult<string, int>(["c"], 2), TimeSpan.FromSeconds(9));
        await Settle();
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.That(async () => await hasty, Throws.TypeOf<StateMachineException>().With.Property("ErrorCode")
            .EqualTo(ErrorCode.RequestTimedOut));
        await Settle();
        Assert.That(slower.IsCompleted, Is.False);
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.That(async () => await slower, Throws.TypeOf<StateMachineException>().With.Property("ErrorCode")
            .EqualTo(ErrorCode.RequestTimedOut));
        _host.OnCommitted(13);
        Assert.That(await patient, Is.EqualTo("wrote a"));
        await Settle();
        Assert.That(await _host.ReadAsync("behind them all", () => 3), Is.EqualTo(3), "nothing is left in its way");
    }

    [Test]
    public async Task A_command_whose_time_ran_out_in_the_queue_is_not_run()
    {
        Task<int>? late = null;
        var ran = false;
        await _loop.RunAsync(() =>
        {
            late = _host.WriteAsync("w", () =>
            {
                ran = true;
                return new CommandResult<string, int>(["x"], 1);
            }, TimeSpan.FromSeconds(1));
            _time.Advance(TimeSpan.FromSeconds(2));
        });
        Assert.That(async () => await late!, Throws.TypeOf<StateMachineException>().With.Property("ErrorCode")
            .EqualTo(ErrorCode.RequestTimedOut));
        Assert.That(ran, Is.False);
    }

    [Test]
    public async Task Commits_from_another_thread_complete_writes_of_many_threads_in_the_order_of_the_log()
    {
        const int Threads = 4, Each = 2_000;
        var completed = 0L;
        using var stop = new CancellationTokenSource();
        var committer = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
                _host.OnCommitted(Interlocked.Read(ref _log.EndOffset));
        });
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(t => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
            {
                var response = await _host.WriteAsync("w", () => new CommandResult<string, long>(["r"], _state.Records.Count));
                Assert.That(_host.CommittedOffset, Is.GreaterThanOrEqualTo(response + 11));
                Interlocked.Increment(ref completed);
            }
        })));
        stop.Cancel();
        await committer;
        Assert.That(completed, Is.EqualTo(Threads * Each));
        Assert.That(_state.Records.Select(r => r.Offset), Is.EqualTo(Enumerable.Range(10, Threads * Each).Select(i => (long)i)));
    }

    private Task<string> Write(params string[] records) =>
        _host.WriteAsync("write", () => new CommandResult<string, string>(records, $"wrote {records[0]}"));

    /// <summary>Returns when the loop has run everything that was posted before.</summary>
    private Task Settle() => _loop.RunAsync(() => { });

    private sealed class FakeLog : IStateMachineLog<string>
    {
        public long EndOffset;

        public ErrorCode Refuse { get; set; }

        public ErrorCode RefuseRelease { get; set; }

        public Action<long>? OnAppend { get; set; }

        /// <summary>The end offsets of what was released.</summary>
        public List<long> Released { get; } = [];

        public long Append(IReadOnlyList<string> records, bool isAtomic)
        {
            if (Refuse != ErrorCode.None)
                throw new StateMachineException(Refuse, "refused");
            var end = Interlocked.Add(ref EndOffset, records.Count);
            OnAppend?.Invoke(end);
            return end;
        }

        public void Release()
        {
            if (RefuseRelease != ErrorCode.None)
                throw new StateMachineException(RefuseRelease, "refused");
            Released.Add(Interlocked.Read(ref EndOffset));
        }
    }

    private sealed class Journal : IReplayable<string>
    {
        public List<(long Offset, string Record)> Records { get; } = [];

        public string? Refuse { get; set; }

        public void Replay(long offset, string record)
        {
            if (record == Refuse)
                throw new InvalidOperationException("cannot replay");
            Records.Add((offset, record));
        }
    }
}
