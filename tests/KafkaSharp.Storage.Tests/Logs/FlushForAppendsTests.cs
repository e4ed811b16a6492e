using KafkaSharp.Protocol;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Storage.Tests.Logs;

/// <summary>flush.messages: appends wait for a flush on other threads, and all that arrive before it begins share it.</summary>
public sealed class FlushForAppendsTests
{
    private readonly Queue<Action> _background = [];
    private readonly List<string> _flushed = [];
    private readonly List<string> _failed = [];
    private string? _failing;
    private Action? _duringFlush;
    private FaultyFileSystem _files = null!;
    private PartitionLog _log = null!;

    [SetUp]
    public void SetUp()
    {
        _background.Clear();
        _flushed.Clear();
        _failed.Clear();
        (_failing, _duringFlush) = (null, null);
        _files = new FaultyFileSystem(new MemoryFileSystem(TimeProvider.System), (operation, path) =>
        {
            if (operation != FileOperation.Flush)
                return null;
            _flushed.Add(Path.GetFileName(path));
            Interlocked.Exchange(ref _duringFlush, null)?.Invoke();
            return _failing is { } failing && path.EndsWith(failing, StringComparison.Ordinal) ? new IOException("broken", 5) : null;
        });
        _log = Open(1);
    }

    [TearDown]
    public void Close() => _log.CloseAbruptly();

    [Test]
    public void Appends_that_arrive_before_the_flush_share_it()
    {
        Settle();
        var appends = Enumerable.Range(0, 50).Select(_ => Append()).ToArray();
        Assert.That(appends.Select(info => info.IsFlushPending), Is.All.True);
        Assert.That(appends.Select(info => _log.CheckFlushed(info.LastOffset + 1)), Is.All.Null);
        Assert.That(_flushed, Is.Empty, "nothing waits for the disk where the append runs");
        RunBackground();
        Assert.That(_flushed, Is.EqualTo(new[] { "00000000000000000000.log" }));
        Assert.That(appends.Select(info => _log.CheckFlushed(info.LastOffset + 1)), Is.All.EqualTo(ErrorCode.None));
    }

    [Test]
    public void An_append_during_a_flush_waits_for_the_next()
    {
        Settle();
        LogAppendInfo late = default;
        _duringFlush = () => late = Append();
        var first = Append();
        var notifications = 0;
        _log.Flushed += () => notifications++;
        _background.Dequeue()();
        Assert.That((_log.CheckFlushed(first.LastOffset + 1), _log.CheckFlushed(late.LastOffset + 1)), Is.EqualTo(
            ((ErrorCode?)ErrorCode.None, (ErrorCode?)null)));
        Assert.That(_log.CommittableEnd.MessageOffset, Is.EqualTo(late.FirstOffset));
        RunBackground();
        Assert.That(_log.CheckFlushed(late.LastOffset + 1), Is.EqualTo(ErrorCode.None));
        Assert.That(_log.CommittableEnd, Is.EqualTo(_log.LogEndOffsetMetadata));
        Assert.That(notifications, Is.EqualTo(2));
    }

    [Test]
    public void As_in_Kafka_up_to_one_less_than_flush_messages_is_acknowledged_at_once()
    {
        _log.CloseAbruptly();
        _log = Open(3);
        Assert.That(Enumerable.Range(0, 4).Select(_ => Append().IsFlushPending), Is.EqualTo(new[] { false, false, true, true }));
        Assert.That(_log.CommittableEnd.MessageOffset, Is.Zero);
        RunBackground();
        Assert.That((_log.CommittableEnd.MessageOffset, _log.DurableEnd), Is.EqualTo((4, 4)));
        Assert.That(Append().IsFlushPending, Is.False);
        Assert.That(_log.CommittableEnd.MessageOffset, Is.EqualTo(5));
    }

    [Test]
    public void A_repeated_batch_waits_for_the_flush_of_the_one_in_the_log()
    {
        Settle();
        byte[] Batch() => TestLog.Batch(options: TestLog.Producer(1, 0, 0));
        Assert.That(_log.AppendAsLeader(Batch(), 0).IsFlushPending);
        var repeated = _log.AppendAsLeader(Batch(), 0);
        Assert.That((repeated.IsDuplicate, repeated.IsFlushPending), Is.EqualTo((true, true)));
        RunBackground();
        repeated = _log.AppendAsLeader(Batch(), 0);
        Assert.That((repeated.IsDuplicate, repeated.IsFlushPending), Is.EqualTo((true, false)));
    }

    [Test]
    public void A_flush_that_fails_refuses_all_that_wait_and_all_later_ones()
    {
        Settle();
        _failing = ".log";
        var waiting = Append();
        RunBackground();
        Assert.That(_failed, Has.Count.EqualTo(1));
        Assert.That(_log.CheckFlushed(waiting.LastOffset + 1), Is.EqualTo(ErrorCode.KafkaStorageError));
        _failing = null;
        var later = Append();
        RunBackground();
        Assert.That(_log.CheckFlushed(later.LastOffset + 1), Is.EqualTo(ErrorCode.KafkaStorageError), "the pages are marked clean");
        Assert.That(_log.DurableEnd, Is.EqualTo(waiting.FirstOffset));
    }

    [Test]
    public void What_waits_when_the_log_is_closed_is_refused()
    {
        Settle();
        var waiting = Append();
        _log.CloseAbruptly();
        RunBackground();
        Assert.That(_log.CheckFlushed(waiting.LastOffset + 1), Is.EqualTo(ErrorCode.KafkaStorageError));
        Assert.That(_failed, Is.Empty);
    }

    [Test]
    public void The_first_flush_after_a_roll_makes_the_indexes_before_and_the_name_durable()
    {
        Settle();
        while (_log.Segments.Count == 1)
            Append();
        _background.TryDequeue(out var first);
        _flushed.Clear();
        first!();
        Assert.That(_flushed, Does.Contain("00000000000000000000.index").And.Contain("00000000000000000000.timeindex").And.Contain("t-0"));
        Assert.That(_log.RecoveryPoint, Is.GreaterThan(_log.Segments.Active.BaseOffset));
        RunBackground();
        _flushed.Clear();
        Append();
        RunBackground();
        Assert.That(_flushed, Is.EqualTo(new[] { Path.GetFileName(_log.Segments.Active.LogPath) }));
    }

    [Test]
    public void A_change_of_the_config_counts_for_the_next_append()
    {
        Settle();
        var waiting = Append();
        _log.Config = Config(long.MaxValue);
        Assert.That(_log.CheckFlushed(waiting.LastOffset + 1), Is.Null, "it was appended under the config before");
        Assert.That(Append().IsFlushPending, Is.False);
        _log.Config = Config(1);
        _log.RequestFlushIfDue();
        RunBackground();
        Assert.That(_log.DurableEnd, Is.EqualTo(_log.LogEndOffset));
        Assert.That(Append().IsFlushPending);
    }

    /// <summary>The first flush of a log makes its names durable. Those after it are what appends wait for.</summary>
    private void Settle()
    {
        Append();
        RunBackground();
        _flushed.Clear();
    }

    private void RunBackground()
    {
        while (_background.TryDequeue(out var work))
            work();
    }

    private LogAppendInfo Append()
    {
        var info = _log.AppendAsLeader(TestLog.Batch(), 0);
        Assert.That(info.ErrorCode, Is.EqualTo(ErrorCode.None));
        return info;
    }

    private PartitionLog Open(long flushMessages) => PartitionLog.Open(new PartitionLogOptions
    {
        FileSystem = _files,
        Directory = "/data/t-0",
        TopicPartition = new TopicPartition("t", 0),
        Config = Config(flushMessages),
        Random = new Random(1),
        HadCleanShutdown = true,
        Background = _background.Enqueue,
        StorageFailed = (_, fault) => _failed.Add(fault.Message),
    });

    private static LogConfig Config(long flushMessages) => LogConfig.From(new Dictionary<string, string>(), new Dictionary<string, string>
    {
        ["flush.messages"] = $"{flushMessages}",
        ["index.interval.bytes"] = "300",
        ["internal.segment.bytes"] = "20000",
    });
}
