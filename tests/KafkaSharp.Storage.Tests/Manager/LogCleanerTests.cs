using KafkaSharp.Configuration;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.Checkpoints;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Manager;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.Manager;

/// <summary>Which logs are compacted, when and how far, and what is remembered of it.</summary>
public sealed class LogCleanerTests
{
    private static readonly TopicPartition Partition = new("t", 0);
    private static readonly TopicPartition Other = new("u", 0);

    private readonly CollectingLogger _logger = new();
    private ManualTimeProvider _time = null!;
    private FaultyFileSystem _files = null!;
    private Func<FileOperation, string, IOException?> _fault = null!;
    private Dictionary<string, string> _broker = null!;
    private string[] _directories = null!;
    private LogManager _manager = null!;

    [SetUp]
    public void SetUp()
    {
        _time = new ManualTimeProvider();
        _fault = (_, _) => null;
        _files = new FaultyFileSystem(new MemoryFileSystem(_time), (operation, path) => _fault(operation, path));
        _broker = new Dictionary<string, string>
        {
            ["log.cleaner.backoff.ms"] = "1000", ["transaction.partition.verification.enable"] = "false",
        };
        _directories = ["/a"];
        _logger.Clear();
        _manager = Open();
    }

    [TearDown]
    public async Task Stop()
    {
        _fault = (_, _) => null;
        await _manager.DisposeAsync();
    }

    [Test]
    public void A_broker_without_compacted_topics_has_no_timer_for_them()
    {
        Create(Partition, ("cleanup.policy", "delete"));
        _manager.StartTasks();
        var before = _time.ActiveTimers;
        Create(Other);
        Assert.That(_time.ActiveTimers, Is.EqualTo(before + 1));
    }

    [Test]
    public void A_log_is_compacted_as_soon_as_enough_of_it_is_dirty()
    {
        var log = Create(Partition, ("min.cleanable.dirty.ratio", "0.5"));
        _manager.StartTasks();
        Append(log, 10);
        Turn();
        Assert.That((log.CleanedOffset, Values(log)), Is.EqualTo((9L, "8 9")), "the active segment stays");
        Assert.That(Checkpoint(), Is.EqualTo("0\n1\nt 0 9\n"));
        Append(log, 1);
        Turn();
        Assert.That((log.CleanedOffset, Values(log)), Is.EqualTo((9L, "8 9 10")), "a half, not more than a half");
        Append(log, 1);
        Turn();
        Assert.That((log.CleanedOffset, Values(log)), Is.EqualTo((11L, "10 11")));
    }

    [Test]
    public void The_dirtiest_log_comes_first()
    {
        var small = Create(Partition);
        var large = Create(Other);
        Append(small, 3);
        Append(large, 3);
        Run();
        Append(small, 2);
        Append(large, 20);
        _logger.Clear();
        Run();
        Assert.That(_logger.Lines.Where(m => m.Contains("Compacted")).Select(m => m.Contains("u-0")), Is.EqualTo(new[] { true, false }));
    }

    [Test]
    public void Records_younger_than_the_minimum_lag_stay()
    {
        var log = Create(Partition, ("min.compaction.lag.ms", "10000"));
        Append(log, 5);
        _time.Advance(TimeSpan.FromSeconds(8));
        Append(log, 5);
        Run();
        Assert.That(Values(log), Is.EqualTo("0 1 2 3 4 5 6 7 8 9"));
        _time.Advance(TimeSpan.FromSeconds(3));
        Run();
        Assert.That((log.CleanedOffset, Values(log)), Is.EqualTo((5L, "4 5 6 7 8 9")));
    }

    [Test]
    public void Records_older_than_the_maximum_lag_are_compacted_however_few_they_are()
    {
        var log = Create(Partition, ("min.cleanable.dirty.ratio", "1"), ("max.compaction.lag.ms", "10000"));
        Append(log, 5);
        Run();
        Assert.That(log.CleanedOffset, Is.EqualTo(-1));
        _time.Advance(TimeSpan.FromMilliseconds(10_000));
        Run();
        Assert.That(log.CleanedOffset, Is.EqualTo(-1), "not longer than the maximum");
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Run();
        Assert.That((log.CleanedOffset, Values(log)), Is.EqualTo((4L, "3 4")));
    }

    [TestCase("compact", 10_000, -1)]
    [TestCase("compact", 10_001, 2)]
    [TestCase("compact,delete", 10_001, 2)]
    [TestCase("delete", 10_001, -1)]
    public void The_active_segment_rolls_after_the_maximum_lag(string policy, int waitMs, long cleanedOffset)
    {
        var log = Create(
            Partition, ("cleanup.policy", policy), ("internal.segment.bytes", "100000"), ("max.compaction.lag.ms", "10000"),
            ("retention.ms", "-1"));
        Append(log, 2);
        _time.Advance(TimeSpan.FromMilliseconds(waitMs));
        Append(log, 1);
        Run();
        Assert.That((log.CleanedOffset, Values(log)), Is.EqualTo((cleanedOffset, cleanedOffset == 2 ? "1 2" : "0 1 2")));
    }

    [TestCase("9223372036854775807", true)]
    [TestCase("31536000000", false)]
    public void Tombstones_stay_for_as_long_as_they_are_retained(string retentionMs, bool isKept)
    {
        var log = Create(Partition, ("delete.retention.ms", retentionMs));
        Append(log, 1, isTombstone: true);
        for (var key = 1; key < 5; key++)
        {
            Append(log, 2, key: key);
            Run();
            _time.Advance(TimeSpan.FromDays(300));
        }
        Assert.That(Values(log).StartsWith("0 ", StringComparison.Ordinal), Is.EqualTo(isKept));
    }

    [Test]
    public void Nothing_above_the_last_stable_offset_is_compacted()
    {
        var log = Create(Partition);
        Append(log, 3);
        Append(log, 1, new RecordBatchOptions { ProducerId = 5, ProducerEpoch = 0, BaseSequence = 0, IsTransactional = true });
        Append(log, 6);
        Run();
        Assert.That((log.LastStableOffset, log.CleanedOffset, Values(log)), Is.EqualTo((3L, 3L, "2 3 4 5 6 7 8 9")));
    }

    [Test]
    public void Retention_of_a_compacted_log_is_left_to_the_cleaner()
    {
        var log = Create(Partition, ("cleanup.policy", "compact,delete"), ("retention.ms", "1000"), ("min.cleanable.dirty.ratio", "1"));
        Append(log, 5);
        _time.Advance(TimeSpan.FromSeconds(2));
        _manager.Maintenance.DeleteOldSegments();
        Assert.That(log.LogStartOffset, Is.Zero);
        Run();
        Assert.That(log.LogStartOffset, Is.EqualTo(5));
    }

    [Test]
    public async Task What_was_compacted_is_remembered_over_a_stop_and_a_crash()
    {
        var log = Create(Partition);
        Append(log, 10);
        Run();
        await _manager.DisposeAsync();
        _manager = Open();
        Assert.That(_manager.Get(Partition)!.CleanedOffset, Is.EqualTo(9));
        _manager.Abandon();
        _manager = Open();
        Assert.That(_manager.Get(Partition)!.CleanedOffset, Is.EqualTo(9));
        Assert.That(Values(_manager.Get(Partition)!), Is.EqualTo("8 9"));
    }

    [Test]
    public void A_truncation_lowers_what_was_compacted_before_it_returns()
    {
        var log = Create(Partition);
        for (var key = 0; key < 10; key++)
            Append(log, 1, key: key);
        Run();
        Assert.That(log.CleanedOffset, Is.EqualTo(9));
        log.TruncateTo(4);
        Assert.That(log.CleanedOffset, Is.LessThanOrEqualTo(4));
        _manager.Abandon();
        _manager = Open();
        Assert.That(_manager.Get(Partition)!.CleanedOffset, Is.EqualTo(log.CleanedOffset));
        log = _manager.Get(Partition)!;
        log.TruncateFullyAndStartAt(2);
        Assert.That((log.CleanedOffset, Checkpoint()), Is.EqualTo((log.CleanedOffset, $"0\n1\nt 0 {log.CleanedOffset}\n")));
        Assert.That(log.CleanedOffset, Is.LessThanOrEqualTo(2));
    }

    [Test]
    public void An_offset_beyond_the_end_is_forgotten_for_good()
    {
        var log = Create(Partition);
        Append(log, 10);
        _manager.Abandon();
        new OffsetCheckpointFile(_files, "/a/cleaner-offset-checkpoint").Write([KeyValuePair.Create(Partition, 11L)]);
        _manager = Open();
        Assert.That((_manager.Get(Partition)!.CleanedOffset, Checkpoint()), Is.EqualTo((-1L, "0\n0\n")));
        Assert.That(_logger.Lines, Has.One.Contain("was compacted up to offset 11, but ends at 10"));
    }

    [Test]
    public void A_deleted_topic_leaves_nothing_to_its_successor()
    {
        var log = Create(Partition);
        Append(log, 10);
        Run();
        _manager.Delete([Partition]);
        log = Create(Partition, id: new Uuid(7, 7));
        Assert.That((log.CleanedOffset, Checkpoint()), Is.EqualTo((-1L, "0\n0\n")));
    }

    [Test]
    public void A_damaged_log_is_set_aside_and_the_others_go_on()
    {
        var log = Create(Partition);
        var other = Create(Other);
        Append(log, 10);
        Append(other, 10);
        using (var file = _files.OpenFile(log.Segments.All[3].LogPath, StorageFileMode.Open))
            file.Write(file.Length - 1, [0xff]);
        Run();
        Run();
        Assert.That((log.CleanedOffset, other.CleanedOffset), Is.EqualTo((-1L, 9L)));
        Assert.That(_manager.Cleaner.UncleanableCount, Is.EqualTo(1));
        Assert.That(_logger.Lines, Has.One.Contain("t-0 cannot be compacted"));
        Assert.That(_files.EnumerateFiles(log.Directory).Where(f => f.EndsWith(".cleaned", StringComparison.Ordinal)), Is.Empty);
        Assert.That(log.LogEndOffset, Is.EqualTo(10));
    }

    [Test]
    public void A_failed_disk_takes_its_directory_offline()
    {
        var log = Create(Partition);
        Append(log, 10);
        _fault = (operation, path) => operation == FileOperation.Write && path.EndsWith(".log.cleaned", StringComparison.Ordinal)
            ? new IOException("Input/output error", 5) : null;
        Run();
        Assert.That(_manager.IsOffline(Partition), Is.True);
        _manager.Abandon();
        _fault = (_, _) => null;
        _manager = Open();
        Assert.That(Values(_manager.Get(Partition)!), Is.EqualTo("0 1 2 3 4 5 6 7 8 9"));
    }

    [Test]
    public void A_log_is_compacted_when_there_is_space_again()
    {
        var log = Create(Partition);
        Append(log, 10);
        _fault = (operation, path) => operation == FileOperation.Write && path.EndsWith(".log.cleaned", StringComparison.Ordinal)
            ? new IOException("No space left on device", 28) : null;
        Run();
        Assert.That((_manager.IsOffline(Partition), log.CleanedOffset, log.Cleaning.IsUncleanable), Is.EqualTo((false, -1L, false)));
        Assert.That(_files.EnumerateFiles(log.Directory).Where(f => f.EndsWith(".cleaned", StringComparison.Ordinal)), Is.Empty);
        _fault = (_, _) => null;
        Run();
        Assert.That(log.CleanedOffset, Is.EqualTo(9));
    }

    [Test]
    public async Task A_log_without_space_keeps_no_other_log_waiting()
    {
        await _manager.DisposeAsync();
        _directories = ["/a", "/b"];
        _manager = Open();
        var large = Create(Partition);
        var inOtherDirectory = Create(Other);
        var small = Create(new TopicPartition("v", 0));
        Assert.That(
            new[] { large, inOtherDirectory, small }.Select(log => log.Directory), Is.EqualTo(new[] { "/a/t-0", "/b/u-0", "/a/v-0" }));
        Append(large, 20);
        Append(inOtherDirectory, 10);
        Append(small, 10);
        var attempts = 0;
        _fault = (operation, path) =>
        {
            if (operation != FileOperation.Write || path != $"/a/t-0/{0:d20}.log.cleaned")
                return null;
            attempts++;
            return new IOException("No space left on device", 28);
        };
        Run();
        Assert.That((large.CleanedOffset, inOtherDirectory.CleanedOffset, small.CleanedOffset), Is.EqualTo((-1L, 9L, 9L)));
        Assert.That(attempts, Is.EqualTo(1), "the next attempt is after the backoff");
        _fault = (_, _) => null;
        Run();
        Assert.That(large.CleanedOffset, Is.EqualTo(19));
    }

    [Test]
    public async Task Two_threads_try_each_log_without_space_once()
    {
        await _manager.DisposeAsync();
        _broker["log.cleaner.threads"] = "2";
        _manager = Open();
        var small = Create(Other);
        Append(small, 10);
        Run();
        Append(small, 20);
        // The dirtiest, so that the first thread takes it, and the other thread the small one.
        var large = Create(Partition);
        Append(large, 100);
        Dictionary<string, int> attempts = [];
        _fault = (operation, path) =>
        {
            if (operation != FileOperation.Write || !path.EndsWith(".log.cleaned", StringComparison.Ordinal))
                return null;
            attempts[path] = attempts.GetValueOrDefault(path) + 1;
            return new IOException("No space left on device", 28);
        };
        Run();
        Assert.That(attempts.Values, Is.EqualTo(new[] { 1, 1 }), string.Join(' ', attempts));
        Assert.That(attempts.Keys.First(), Does.StartWith(small.Directory), "the large one is the last to fail");
    }

    [Test]
    public void A_log_that_is_closed_is_not_taken()
    {
        var log = Create(Partition);
        Append(log, 10);
        log.CloseAbruptly();
        Assert.That(Task.Run(Run).Wait(TimeSpan.FromSeconds(30)), Is.True);
        Assert.That(log.CleanedOffset, Is.EqualTo(-1));
    }

    [Test]
    public void The_configuration_changes_while_the_broker_runs()
    {
        var log = Create(Partition);
        _manager.StartTasks();
        Turn();
        Append(log, 10);
        _broker["log.cleaner.backoff.ms"] = "5000";
        _manager.UpdateBrokerConfig(ConfigValues.Parse(Schema, _broker));
        Turn();
        Assert.That(log.CleanedOffset, Is.EqualTo(9), "a changed interval begins at once");
        Append(log, 10);
        Turn();
        Assert.That(log.CleanedOffset, Is.EqualTo(9));
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.That(log.CleanedOffset, Is.EqualTo(19));
    }

    [Test]
    public async Task Without_the_cleaner_nothing_is_compacted_nor_deleted()
    {
        await _manager.DisposeAsync();
        _broker["log.cleaner.enable"] = "false";
        _manager = Open();
        var log = Create(Partition, ("cleanup.policy", "compact,delete"), ("retention.ms", "1000"));
        _manager.StartTasks();
        Append(log, 10);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.That((log.CleanedOffset, log.LogStartOffset, Values(log)), Is.EqualTo((-1L, 0L, "0 1 2 3 4 5 6 7 8 9")));
    }

    private static ConfigSchema Schema { get; } = new([.. LogManagerConfigs.All, .. LogCleanerConfigs.All]);

    private LogManager Open() => LogManager.Open(new LogManagerOptions
    {
        FileSystem = _files,
        Directories = _directories,
        BrokerConfig = ConfigValues.Parse(Schema, _broker),
        Time = _time,
        Random = new Random(1),
        Background = work => work(),
        LoggerFactory = new CollectingLoggerFactory(_logger),
    });

    private PartitionLog Create(TopicPartition partition, params (string Name, string Value)[] configs) =>
        Create(partition, new Uuid(1, 2), configs);

    private PartitionLog Create(TopicPartition partition, Uuid id, params (string Name, string Value)[] configs)
    {
        // Each batch has a segment of its own.
        var all = new Dictionary<string, string>
        {
            ["cleanup.policy"] = "compact", ["internal.segment.bytes"] = "80", ["min.cleanable.dirty.ratio"] = "0.01",
        };
        foreach (var (name, value) in configs)
            all[name] = value;
        _manager.UpdateTopicConfigs(new Dictionary<string, IReadOnlyDictionary<string, string>> { [partition.Topic] = all });
        Assert.That(_manager.GetOrCreate(partition, id, out var log, isNew: true), Is.EqualTo(ErrorCode.None));
        return log!;
    }

    private void Append(PartitionLog log, int records, RecordBatchOptions? options = null, int key = 0, bool isTombstone = false)
    {
        for (var i = 0; i < records; i++)
        {
            using var builder = new RecordBatchBuilder(options ?? new RecordBatchOptions());
            builder.Append(_time.GetUtcNow().ToUnixTimeMilliseconds(), [(byte)key], [1], hasValue: !isTombstone);
            Assert.That(log.AppendAsLeader(builder.Build().ToArray(), 0).ErrorCode, Is.EqualTo(ErrorCode.None));
        }
        log.UpdateHighWatermark(log.LogEndOffset);
    }

    private void Run() => _manager.Cleaner.Run();

    private void Turn() => _time.Advance(TimeSpan.FromSeconds(1));

    private string Checkpoint() => System.Text.Encoding.UTF8.GetString(_files.ReadAllBytes("/a/cleaner-offset-checkpoint"));

    private static string Values(PartitionLog log)
    {
        List<long> offsets = [];
        for (var from = log.LogStartOffset; ;)
        {
            using var read = log.Read(from, 1 << 20, FetchIsolation.LogEnd, true);
            Assert.That(read.ErrorCode, Is.EqualTo(ErrorCode.None));
            if (read.Records.Length == 0)
                return string.Join(' ', offsets);
            foreach (var batch in new RecordBatchReader(read.Records.Span))
            {
                using var records = new RecordReader(batch);
                while (records.MoveNext())
                    offsets.Add(records.Current.Offset);
                from = batch.LastOffset + 1;
            }
        }
    }
}
