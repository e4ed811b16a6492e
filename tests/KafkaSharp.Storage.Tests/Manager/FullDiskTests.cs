using KafkaSharp.Configuration;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Storage.Checkpoints;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Manager;
using KafkaSharp.Storage.Tests.Logs;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.Manager;

/// <summary>A disk without space refuses what needs space; its directory stays online and goes on when there is space again.</summary>
public sealed class FullDiskTests
{
    private const int NoSpace = 28;
    private static readonly TopicPartition Partition = new("t", 0);
    private static readonly ConfigSchema Schema = new([.. BrokerLogConfigs.All, .. LogManagerConfigs.All]);

    private CollectingLogger _logger = null!;
    private ManualTimeProvider _time = null!;
    private FaultyFileSystem _files = null!;
    private Func<FileOperation, string, bool> _isFull = null!;
    private List<LogDirectoryFailure> _failures = null!;
    private LogManager _manager = null!;

    [SetUp]
    public void SetUp()
    {
        _logger = new CollectingLogger();
        _time = new ManualTimeProvider();
        HasSpace();
        _files = new FaultyFileSystem(new MemoryFileSystem(_time), (operation, path) =>
            _isFull(operation, path) ? new IOException("No space left on device", NoSpace) : null);
        _failures = [];
        _manager = Open();
    }

    [TearDown]
    public void Stop()
    {
        HasSpace();
        _manager.Abandon();
    }

    [Test]
    public void An_append_is_refused_and_the_next_one_after_it_has_its_offset()
    {
        var log = Create(Partition);
        Append(log);
        IsFull("/a");
        for (var i = 0; i < 20; i++)
        {
            var refused = log.AppendAsLeader(TestLog.Batch(), 0);
            Assert.That((refused.ErrorCode, refused.IsDiskFull), Is.EqualTo((ErrorCode.KafkaStorageError, true)));
        }
        Assert.That((log.LogEndOffset, _failures.Count, _manager.IsOffline(Partition)), Is.EqualTo((1L, 0, false)));
        Assert.That(_logger.Warnings.Single(), Does.Contain("/a has no space left"), "it is logged once, and again after half a minute");
        _time.Advance(TimeSpan.FromSeconds(31));
        log.AppendAsLeader(TestLog.Batch(), 0);
        Assert.That(_logger.Warnings, Has.Count.EqualTo(2));

        HasSpace();
        Append(log);

        AssertWhole(2);
    }

    [Test]
    public void A_segment_that_cannot_begin_refuses_the_append()
    {
        var log = Create(Partition);
        _isFull = (operation, path) => operation == FileOperation.Open && path.EndsWith(".log", StringComparison.Ordinal);
        var (taken, refused) = (0, 0);
        while (refused < 3)
        {
            if (log.AppendAsLeader(TestLog.Batch(), 0).ErrorCode == ErrorCode.None)
                taken++;
            else
                refused++;
        }
        Assert.That(_failures, Is.Empty);
        Assert.That(log.Segments.Count, Is.EqualTo(1));
        HasSpace();
        for (var i = 0; i < 30; i++)
            Append(log);
        AssertWhole(taken + 30);
    }

    [Test]
    public void Flushes_and_checkpoints_are_made_up_for()
    {
        var log = Create(Partition);
        Append(log);
        IsFull("/a");
        _manager.Maintenance.FlushDirtyLogs();
        _manager.Maintenance.CheckpointRecoveryPoints();
        _manager.Maintenance.CheckpointLogStartOffsets();
        _manager.Maintenance.CheckpointHighWatermarks();
        Assert.That(_failures, Is.Empty);

        HasSpace();
        _manager.Maintenance.FlushDirtyLogs();
        _manager.Maintenance.CheckpointRecoveryPoints();

        Assert.That(log.RecoveryPoint, Is.EqualTo(1));
        Assert.That(new OffsetCheckpointFile(_files, "/a/" + OffsetCheckpointFile.RecoveryPoint).Read(), Does.ContainKey(Partition));
    }

    [Test]
    public void A_flush_that_the_disk_has_no_space_for_is_a_failure_of_the_disk()
    {
        Append(Create(Partition));
        _isFull = (operation, path) => operation == FileOperation.Flush && path.EndsWith(".log", StringComparison.Ordinal);
        _manager.Maintenance.FlushDirtyLogs();
        Assert.That(_failures.Single().Directory.Path, Is.EqualTo("/a"), "what the system has taken is lost");
    }

    [Test]
    public void An_aborted_transaction_is_decided_though_its_index_has_no_space()
    {
        var log = Create(Partition);
        var options = TestLog.Producer(1, 0, 0, transactional: true);
        Assert.That(log.AppendAsLeader(TestLog.Batch(options: options), 0).ErrorCode, Is.EqualTo(ErrorCode.None));
        _isFull = (operation, path) => operation is FileOperation.Write && path.EndsWith(".txnindex", StringComparison.Ordinal);
        Assert.That(Abort(log, 1).ErrorCode, Is.EqualTo(ErrorCode.None), "the marker is in the log");
        log.UpdateHighWatermark(2);
        Assert.That(log.LastStableOffset, Is.EqualTo(2));
        Assert.That(log.AbortedTransactions(0, 2), Is.EqualTo(new[] { new AbortedTransaction(1, 0, 1, 2) }));
        _manager.Maintenance.FlushDirtyLogs();
        Assert.That((log.RecoveryPoint, _failures.Count), Is.EqualTo((0L, 0)), "what recovery has to make again is not flushed");

        HasSpace();
        log.AppendAsLeader(TestLog.Batch(options: TestLog.Producer(2, 0, 0, transactional: true)), 0);
        Abort(log, 2);
        log.UpdateHighWatermark(4);
        AbortedTransaction[] both = [new(1, 0, 1, 2), new(2, 2, 3, 4)];
        Assert.That(log.AbortedTransactions(0, 4), Is.EqualTo(both));
        _manager.Maintenance.FlushDirtyLogs();
        Assert.That(log.RecoveryPoint, Is.EqualTo(4));
        AssertWhole(4);
        Assert.That(_manager.Get(Partition)!.AbortedTransactions(0, 4), Is.EqualTo(both));
    }

    [Test]
    public void A_start_that_cannot_lower_the_saved_offsets_does_not_use_the_directory()
    {
        _manager.Abandon();
        _manager = Open("/a", "/b");
        var log = Create(Partition);
        Append(log);
        log.Flush();
        _manager.Maintenance.CheckpointRecoveryPoints();
        _manager.Abandon();
        using (var file = _files.OpenFile("/a/t-0/00000000000000000000.log", StorageFileMode.Open))
            file.SetLength(20);
        IsFull("/a");
        _manager = Open("/a", "/b");
        Assert.That(_failures.Single().Directory.Path, Is.EqualTo("/a"), "appended records would count as flushed");
    }

    [Test]
    public void Retention_deletes_all_it_can_and_the_rest_when_there_is_space()
    {
        var log = Create(Partition);
        while (log.Segments.Count < 3)
            Append(log);
        var last = log.Segments.Active.BaseOffset;
        log.UpdateHighWatermark(log.LogEndOffset);
        _time.Advance(TimeSpan.FromDays(365_000));
        _isFull = (operation, path) => operation is FileOperation.Write or FileOperation.SetLength
            || (operation == FileOperation.Open && path.EndsWith(".log", StringComparison.Ordinal) && !_files.FileExists(path));

        _manager.Maintenance.DeleteOldSegments();
        Assert.That((log.LogStartOffset, _failures.Count), Is.EqualTo((last, 0)));

        HasSpace();
        _manager.Maintenance.DeleteOldSegments();
        Assert.That(log.LogStartOffset, Is.EqualTo(log.LogEndOffset));
    }

    [Test]
    public void A_new_log_goes_to_a_directory_with_space_and_leaves_nothing_in_the_full_one()
    {
        _manager.Abandon();
        _manager = Open("/a", "/b");
        IsFull("/a");
        Assert.That(Create(Partition).Directory, Is.EqualTo("/b/t-0"));
        Assert.That(_files.DirectoryExists("/a/t-0"), Is.False);

        IsFull("/");
        var other = new TopicPartition("u", 0);
        Assert.That(_manager.GetOrCreate(other, new Uuid(3, 4), out _), Is.EqualTo(ErrorCode.KafkaStorageError));
        Assert.That(_failures, Is.Empty);
        HasSpace();
        Append(Create(other));
    }

    [Test]
    public void A_move_to_a_full_directory_is_refused_and_leaves_nothing_there()
    {
        OpenTwo();
        IsFull("/b");
        Assert.That(_manager.AlterDirectory(Partition, "/b"), Is.EqualTo(ErrorCode.KafkaStorageError));
        Assert.That((_failures.Count, _files.EnumerateDirectories("/b").Count), Is.EqualTo((0, 0)));
        Append(_manager.Get(Partition)!);

        HasSpace();
        Assert.That(_manager.AlterDirectory(Partition, "/b"), Is.EqualTo(ErrorCode.None));
        Assert.That(_manager.Get(Partition)!.Directory, Is.EqualTo("/b/t-0"));
    }

    [Test]
    public void A_move_whose_copy_has_no_space_ends_and_the_log_stays()
    {
        OpenTwo();
        _isFull = (operation, path) => operation is FileOperation.Write && path.StartsWith("/b/", StringComparison.Ordinal)
            && path.EndsWith(".log", StringComparison.Ordinal);
        Assert.That(_manager.AlterDirectory(Partition, "/b"), Is.EqualTo(ErrorCode.None));
        Assert.That((_failures.Count, _manager.Futures.Count()), Is.EqualTo((0, 0)));
        Assert.That(_manager.Get(Partition)!.Directory, Is.EqualTo("/a/t-0"));
        Append(_manager.Get(Partition)!);
    }

    [Test]
    public void A_move_whose_end_has_no_space_keeps_the_old_folder_until_there_is_space()
    {
        OpenTwo();
        _isFull = (operation, path) =>
            operation is FileOperation.Write && path.StartsWith("/b/recovery-point", StringComparison.Ordinal);
        Assert.That(_manager.AlterDirectory(Partition, "/b"), Is.EqualTo(ErrorCode.None));
        var log = _manager.Get(Partition)!;
        Append(log);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.That((log.Directory, _failures.Count), Is.EqualTo(("/b/t-0", 0)));
        Assert.That(_files.EnumerateDirectories("/a"), Has.One.StartsWith("/a/t-0.").And.EndsWith("-left-stray"));

        HasSpace();
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.That(_files.EnumerateDirectories("/a"), Has.None.EndsWith("-left-stray"));
        Append(log);
        Reopen("/a", "/b");
        Assert.That((_manager.Get(Partition)!.Directory, _manager.Get(Partition)!.LogEndOffset), Is.EqualTo(("/b/t-0", 3L)));
    }

    [Test]
    public void A_stop_before_that_leaves_two_folders_of_which_the_newer_one_is_used()
    {
        OpenTwo();
        _isFull = (operation, path) =>
            operation is FileOperation.Write && path.StartsWith("/b/recovery-point", StringComparison.Ordinal);
        _manager.AlterDirectory(Partition, "/b");
        Append(_manager.Get(Partition)!);
        HasSpace();
        Reopen("/a", "/b");
        _manager.SetStraysAside(_ => false);
        Assert.That((_manager.Get(Partition)!.Directory, _manager.Get(Partition)!.LogEndOffset), Is.EqualTo(("/b/t-0", 2L)));
        Assert.That(_files.EnumerateDirectories("/a"), Has.None.EndsWith("-left-stray"));
    }

    [Test]
    public void A_stray_log_is_set_aside()
    {
        Append(Create(Partition));
        IsFull("/a");
        _manager.SetStraysAside(_ => true);
        Assert.That((_manager.Get(Partition), _failures.Count), Is.EqualTo(((PartitionLog?)null, 0)));
    }

    [Test]
    public void A_segment_begins_with_its_producers_or_not_at_all()
    {
        var log = Create(Partition);
        // Young enough for retention by time.
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var first = TestLog.Batch(timestamp: now, options: TestLog.Producer(7, 0, 0));
        Assert.That(log.AppendAsLeader(first.ToArray(), 0).ErrorCode, Is.EqualTo(ErrorCode.None));
        _isFull = (operation, path) => operation is FileOperation.Write && path.EndsWith(".snapshot", StringComparison.Ordinal);
        var batch = TestLog.Batch(timestamp: now);
        while (log.AppendAsLeader(batch.ToArray(), 0).ErrorCode == ErrorCode.None)
        {
        }
        HasSpace();
        Assert.That(log.AppendAsLeader(batch, 0).ErrorCode, Is.EqualTo(ErrorCode.None));
        var second = log.Segments.Active.BaseOffset;
        Assert.That(log.Segments.Count, Is.EqualTo(2));
        log.UpdateHighWatermark(log.LogEndOffset);
        log.IncrementLogStartOffset(second);
        _manager.Maintenance.DeleteOldSegments();
        log.Flush();

        Reopen();
        log = _manager.Get(Partition)!;
        Assert.That(log.LogStartOffset, Is.EqualTo(second));
        Assert.That(log.AppendAsLeader(first.ToArray(), 0).IsDuplicate, "the producer is known although its record is deleted");
    }

    private void OpenTwo()
    {
        Reopen("/a", "/b");
        Append(Create(Partition));
        Assert.That(_manager.Get(Partition)!.Directory, Is.EqualTo("/a/t-0"));
    }

    private void Reopen(params string[] directories)
    {
        _manager.Abandon();
        _manager = Open(directories);
    }

    private void HasSpace() => _isFull = (_, _) => false;

    private void IsFull(string directory) => _isFull = (operation, path) =>
        operation is FileOperation.Write && path.StartsWith(directory, StringComparison.Ordinal);

    private void AssertWhole(int records)
    {
        _manager.Abandon();
        _manager = Open();
        Assert.That(_manager.Get(Partition)!.LogEndOffset, Is.EqualTo(records));
    }

    private static LogAppendInfo Abort(PartitionLog log, long producerId) => log.AppendAsLeader(
        ControlRecords.EndTransactionBatch(new EndTransactionMarker(ControlRecordType.Abort, 0), 0, 0, producerId, 0, 0), 0,
        AppendOrigin.Coordinator);

    private static void Append(PartitionLog log) =>
        Assert.That(log.AppendAsLeader(TestLog.Batch(), 0).ErrorCode, Is.EqualTo(ErrorCode.None));

    private PartitionLog Create(TopicPartition partition)
    {
        Assert.That(_manager.GetOrCreate(partition, new Uuid(1, 2), out var log), Is.EqualTo(ErrorCode.None));
        return log!;
    }

    private LogManager Open(params string[] directories) => LogManager.Open(new LogManagerOptions
    {
        FileSystem = _files,
        Directories = directories.Length == 0 ? ["/a"] : directories,
        BrokerConfig = ConfigValues.Parse(Schema, new Dictionary<string, string>
        {
            ["log.flush.interval.ms"] = "0", ["log.segment.bytes"] = "1048576", ["internal.segment.bytes"] = "500",
            ["transaction.partition.verification.enable"] = "false",
        }),
        Time = _time,
        Random = new Random(1),
        Background = work => work(),
        DirectoryFailed = _failures.Add,
        LoggerFactory = new CollectingLoggerFactory(_logger),
    });
}
