using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Tests.Logs;

/// <summary>A disk that fails under a log: errors are values, and what was acknowledged stays.</summary>
public sealed class StorageFaultTests
{
    private readonly List<string> _failed = [];
    private FileOperation? _failing;
    private string _kind = "";
    private PartitionLog _log = null!;
    private FaultyFileSystem _files = null!;

    [SetUp]
    public void SetUp()
    {
        _failed.Clear();
        _failing = null;
        var inner = new MemoryFileSystem(TimeProvider.System);
        _files = new FaultyFileSystem(inner, (operation, path) =>
            operation == _failing && path.EndsWith(_kind, StringComparison.Ordinal) ? new IOException("Input/output error", 5) : null);
        _log = Open(cleanShutdown: true);
    }

    [TestCase(FileOperation.Write, ".log")]
    [TestCase(FileOperation.Open, ".log")]
    public void A_refused_append_is_a_storage_error_and_the_log_goes_on_after_it(FileOperation operation, string kind)
    {
        Append(30);
        var end = _log.LogEndOffset;
        (_failing, _kind) = (operation, kind);
        var refused = Enumerable.Range(0, 30).Select(_ => _log.AppendAsLeader(TestLog.Batch(), 0)).Where(a => a.ErrorCode != ErrorCode.None)
            .ToArray();
        _failing = null;
        Assert.That(refused, Is.Not.Empty);
        Assert.That(refused.Select(a => a.ErrorCode), Is.All.EqualTo(ErrorCode.KafkaStorageError));
        Assert.That(_failed, Is.Not.Empty);
        var acknowledged = _log.LogEndOffset;
        Assert.That(acknowledged, Is.EqualTo(end + 30 - refused.Length));
        Append(30);
        AssertWhole(acknowledged + 30);
        _log.CloseAbruptly();
        _log = Open(cleanShutdown: false);
        AssertWhole(acknowledged + 30);
    }

    [TestCase(".index")]
    [TestCase(".timeindex")]
    public void Records_are_taken_while_their_index_can_not_be_written(string kind)
    {
        (_failing, _kind) = (FileOperation.Write, kind);
        Append(5);
        _failing = null;
        Append(40);
        AssertWhole(45);
    }

    [Test]
    public void A_flush_that_fails_leaves_the_recovery_point_and_is_the_last()
    {
        Append(3);
        (_failing, _kind) = (FileOperation.Flush, ".log");
        Assert.That(() => _log.Flush(), Throws.InstanceOf<IOException>());
        Assert.That(_log.RecoveryPoint, Is.Zero);
        _failing = null;
        Assert.That(() => _log.Flush(), Throws.InstanceOf<IOException>(), "the system reports a lost page once");
        Assert.That(_log.RecoveryPoint, Is.Zero);
        _log.CloseAbruptly();
        _log = Open(cleanShutdown: false);
        _log.Flush();
        Assert.That(_log.RecoveryPoint, Is.EqualTo(3));
    }

    [Test]
    public void A_flush_in_the_background_that_fails_is_met_by_the_next()
    {
        (_failing, _kind) = (FileOperation.Flush, ".log");
        Append(30);
        Assert.That(_log.Segments.Count, Is.GreaterThan(1));
        _failing = null;
        Assert.That(_failed, Is.Not.Empty);
        Assert.That(() => _log.Flush(), Throws.InstanceOf<IOException>());
    }

    [Test]
    public void The_name_of_a_transaction_index_is_made_durable_with_it()
    {
        Append(1);
        _log.Flush();
        _log.AppendAsLeader(TestLog.Batch(options: TestLog.Producer(1, 0, 0, transactional: true)), 0);
        var marker = new EndTransactionMarker(ControlRecordType.Abort, 0);
        _log.AppendAsLeader(ControlRecords.EndTransactionBatch(marker, 0, 0, 1, 0, 0), 0, AppendOrigin.Coordinator);
        _kind = "t-0";
        _failing = FileOperation.Flush;
        Assert.That(() => _log.Flush(), Throws.InstanceOf<IOException>(), "the folder is flushed");
    }

    [TestCase(FileOperation.Open)]
    [TestCase(FileOperation.Write)]
    public void A_transaction_index_that_can_not_be_written_costs_no_offset_twice(FileOperation operation)
    {
        var marker = new EndTransactionMarker(ControlRecordType.Abort, 0);
        Append(1);
        _log.AppendAsLeader(TestLog.Batch(options: TestLog.Producer(1, 0, 0, transactional: true)), 0);
        (_failing, _kind) = (operation, ".txnindex");
        var aborted = _log.AppendAsLeader(ControlRecords.EndTransactionBatch(marker, 0, 0, 1, 0, 0), 0, AppendOrigin.Coordinator);
        _failing = null;
        Assert.That(aborted.ErrorCode, Is.EqualTo(ErrorCode.KafkaStorageError));
        Assert.That(_failed, Has.Count.EqualTo(1));
        Assert.That(_log.LogEndOffset, Is.EqualTo(3), "the marker is in the file");
        var next = _log.AppendAsLeader(TestLog.Batch(), 0);
        Assert.That((next.ErrorCode, next.FirstOffset), Is.EqualTo((ErrorCode.None, 3L)));
        _log.UpdateHighWatermark(4);
        Assert.That(_log.LastStableOffset, Is.EqualTo(1), "without its entry the aborted transaction stays undecided");
        AssertWhole(4);

        _log.CloseAbruptly();
        _log = Open(cleanShutdown: false);
        AssertWhole(4);
        _log.UpdateHighWatermark(4);
        Assert.That(_log.LastStableOffset, Is.EqualTo(4));
        Assert.That(_log.AbortedTransactions(0, 4), Has.Count.EqualTo(1), "recovery writes the entry");
    }

    [Test]
    public void An_append_whose_flush_fails_is_not_acknowledged()
    {
        _log.Config = LogConfig.From(new Dictionary<string, string>(), new Dictionary<string, string> { ["flush.messages"] = "1" });
        (_failing, _kind) = (FileOperation.Flush, ".log");
        var info = _log.AppendAsLeader(TestLog.Batch(), 0);
        Assert.That((info.IsFlushPending, _log.CheckFlushed(1)), Is.EqualTo((true, (ErrorCode?)ErrorCode.KafkaStorageError)));
        Assert.That(_failed, Has.Count.EqualTo(1));
    }

    [Test]
    public void An_append_whose_log_is_closed_before_its_flush_is_not_acknowledged()
    {
        using var folder = new FileSystem.TestFolder();
        PartitionLog? closing = null;
        var files = new FaultyFileSystem(folder.Files, (operation, path) =>
        {
            if (operation == FileOperation.Flush && path.EndsWith(".log", StringComparison.Ordinal))
                closing!.CloseAbruptly();
            return null;
        });
        using var log = closing = PartitionLog.Open(new PartitionLogOptions
        {
            FileSystem = files,
            Directory = folder["u-0"],
            TopicPartition = new TopicPartition("u", 0),
            Config = LogConfig.From(new Dictionary<string, string>(), new Dictionary<string, string> { ["flush.messages"] = "1" }),
            Random = new Random(1),
            HadCleanShutdown = true,
            Background = work => work(),
        });
        Assert.That(log.AppendAsLeader(TestLog.Batch(), 0).IsFlushPending);
        Assert.That(log.CheckFlushed(1), Is.EqualTo(ErrorCode.KafkaStorageError));
    }

    [Test]
    public void A_read_that_fails_is_a_storage_error()
    {
        Append(3);
        (_failing, _kind) = (FileOperation.Read, ".log");
        Assert.That(_log.Read(0, 100, FetchIsolation.LogEnd, true).ErrorCode, Is.EqualTo(ErrorCode.KafkaStorageError));
        Assert.That(_failed, Has.Count.EqualTo(1));
        Assert.That(_log.OffsetForTimestamp(5), Is.EqualTo(OffsetLookup.None with { ErrorCode = ErrorCode.KafkaStorageError }));
        Assert.That(_failed, Has.Count.EqualTo(2));
    }

    [Test]
    public void A_folder_that_is_renamed_under_background_work_is_no_failed_disk()
    {
        var inner = new MemoryFileSystem(TimeProvider.System);
        var background = new List<Action>();
        Task? work = null;
        var files = new FaultyFileSystem(inner, (operation, path) =>
        {
            // The work starts with the rename and opens its file while the folder does not exist.
            if (operation == FileOperation.Rename && path == "/data/u-0")
                work = Task.Run(() => background.ForEach(action => action()));
            else if (operation == FileOperation.Open && path == "/data/u-0/partition.metadata" && work is not null)
                SpinWait.SpinUntil(() => !inner.DirectoryExists("/data/u-0"));
            return null;
        });
        using var log = PartitionLog.Open(new PartitionLogOptions
        {
            FileSystem = files,
            Directory = "/data/u-0",
            TopicPartition = new TopicPartition("u", 0),
            Config = LogConfig.From(new Dictionary<string, string>(), new Dictionary<string, string>()),
            Random = new Random(1),
            HadCleanShutdown = true,
            Background = background.Add,
            StorageFailed = (_, fault) => _failed.Add(fault.Message),
        });
        log.AssignTopicId(new Uuid(1, 2));
        log.RenameDirectory("/data/u-0.abc-delete");
        Assert.That(work!.Wait(TimeSpan.FromSeconds(30)));
        Assert.That(_failed, Is.Empty);
    }

    [TestCase(FileOperation.Open, "leader-epoch-checkpoint.tmp")]
    [TestCase(FileOperation.Flush, ".timeindex")]
    [TestCase(FileOperation.Flush, "-delete")]
    public void A_flush_during_the_deletion_of_the_log_is_no_failed_disk(FileOperation operation, string kind)
    {
        using var folder = new FileSystem.TestFolder();
        var background = new List<Action>();
        PartitionLog? deleted = null;
        var files = new FaultyFileSystem(folder.Files, (now, path) =>
        {
            if (deleted is not null && now == operation && path.EndsWith(kind, StringComparison.Ordinal))
                deleted.Delete();
            return null;
        });
        using var log = Open(files, folder["u-0"], background.Add, ("internal.segment.bytes", "2000"));
        while (log.Segments.Count == 1)
            log.AppendAsLeader(TestLog.Batch(), 0);
        log.RenameDirectory(folder["u-0.abc-delete"]);
        deleted = log;
        background.ForEach(action => action());
        Assert.That(folder.Files.DirectoryExists(log.Directory), Is.False, "the log was deleted during the flush");
        Assert.That(_failed, Is.Empty);
    }

    [Test]
    public void An_append_is_flushed_although_retention_deletes_the_segment_before_it_at_the_same_time()
    {
        using var folder = new FileSystem.TestFolder();
        PartitionLog? retained = null;
        var files = new FaultyFileSystem(folder.Files, (operation, path) =>
        {
            if (operation == FileOperation.Flush && path.EndsWith("/00000000000000000000.log", StringComparison.Ordinal))
                retained?.DeleteOldSegments();
            return null;
        });
        var background = new Queue<Action>();
        using var log = Open(
            files, folder["u-0"], background.Enqueue, ("internal.segment.bytes", "2000"), ("retention.bytes", "0"),
            ("file.delete.delay.ms", "0"));
        while (log.Segments.Count == 1)
            Assert.That(log.AppendAsLeader(TestLog.Batch(), 0).ErrorCode, Is.EqualTo(ErrorCode.None));
        log.UpdateHighWatermark(log.LogEndOffset);
        background.Clear();
        retained = log;

        log.Config = Config(
            ("retention.bytes", "0"), ("file.delete.delay.ms", "0"), ("internal.segment.bytes", "2000"), ("flush.messages", "2"));
        Assert.That(log.AppendAsLeader(TestLog.Batch(), 0).IsFlushPending);
        background.Dequeue()();
        Assert.That(log.Segments.Count, Is.EqualTo(1));
        Assert.That(log.RecoveryPoint, Is.EqualTo(log.LogEndOffset));
    }

    [Test]
    public void Retention_deletes_a_segment_whose_producer_snapshot_is_missing()
    {
        using var folder = new FileSystem.TestFolder();
        using var log = Open(
            folder.Files, folder["u-0"], _ => { }, ("internal.segment.bytes", "2000"), ("retention.bytes", "0"));
        while (log.Segments.Count < 3)
            log.AppendAsLeader(TestLog.Batch(), 0);
        log.UpdateHighWatermark(log.LogEndOffset);
        var snapshots = folder.Files.EnumerateFiles(log.Directory).Where(path => path.EndsWith(".snapshot", StringComparison.Ordinal));
        foreach (var snapshot in snapshots.ToArray())
            folder.Files.DeleteFile(snapshot);
        Assert.That(log.DeleteOldSegments(), Is.EqualTo(3));
    }

    [Test]
    public void A_segment_whose_creation_fails_half_way_leaves_no_file()
    {
        var inner = new MemoryFileSystem(TimeProvider.System);
        var files = new FaultyFileSystem(inner, (operation, _) =>
            operation == FileOperation.SetLength ? new IOException("No space left on device", 28) : null);
        using var log = Open(files, "/data/u-0", _ => { });
        log.AppendAsLeader(TestLog.Batch(), 0);
        log.Config = Config(("preallocate", "true"));

        Assert.That(() => log.TruncateFullyAndStartAt(100), Throws.InstanceOf<IOException>());

        Assert.That(inner.EnumerateFiles("/data/u-0").Where(LogFileNames.IsLog).Select(Path.GetFileName), Is.EqualTo(new[]
        {
            "00000000000000000000.log",
        }));
        log.CloseAbruptly();
    }

    [Test]
    public void A_segment_that_may_not_be_created_is_a_storage_error()
    {
        using var folder = new FileSystem.TestFolder();
        using var log = Open(folder.Files, folder["u-0"], _ => { }, ("internal.segment.bytes", "2000"));
        for (var offset = 1; offset < 30; offset++)
            folder.Files.CreateDirectory(folder[$"u-0/{offset:D20}.log"]);
        var refused = LogAppendInfo.Empty(0);
        for (var i = 0; i < 30 && refused.ErrorCode == ErrorCode.None; i++)
            refused = log.AppendAsLeader(TestLog.Batch(), 0);
        Assert.That(refused.ErrorCode, Is.EqualTo(ErrorCode.KafkaStorageError));
        Assert.That(_failed, Has.Count.EqualTo(1));
    }

    private PartitionLog Open(
        IFileSystem files, string directory, Action<Action> background, params ReadOnlySpan<(string Name, string Value)> configs) =>
        PartitionLog.Open(new PartitionLogOptions
        {
            FileSystem = files,
            Directory = directory,
            TopicPartition = new TopicPartition("u", 0),
            Config = Config(configs),
            Random = new Random(1),
            HadCleanShutdown = true,
            Background = background,
            StorageFailed = (_, fault) => _failed.Add(fault.Message),
        });

    private static LogConfig Config(params ReadOnlySpan<(string Name, string Value)> configs)
    {
        var overrides = new Dictionary<string, string>();
        foreach (var (name, value) in configs)
            overrides[name] = value;
        return LogConfig.From(new Dictionary<string, string>(), overrides);
    }

    private void Append(int count)
    {
        for (var i = 0; i < count; i++)
            Assert.That(_log.AppendAsLeader(TestLog.Batch(), 0).ErrorCode, Is.EqualTo(ErrorCode.None));
    }

    private void AssertWhole(long end)
    {
        Assert.That(_log.LogEndOffset, Is.EqualTo(end));
        for (long offset = 0; offset < end;)
        {
            using var read = _log.Read(offset, 1 << 20, FetchIsolation.LogEnd, true);
            Assert.That(read.Records.Length, Is.GreaterThan(0));
            foreach (var batch in new RecordBatchReader(read.Records.Span))
            {
                batch.EnsureValid();
                Assert.That(batch.BaseOffset, Is.EqualTo(offset));
                offset = batch.LastOffset + 1;
            }
        }
    }

    private PartitionLog Open(bool cleanShutdown) => PartitionLog.Open(new PartitionLogOptions
    {
        FileSystem = _files,
        Directory = "/data/t-0",
        TopicPartition = new TopicPartition("t", 0),
        Config = LogConfig.From(new Dictionary<string, string>(), new Dictionary<string, string>
        {
            ["internal.segment.bytes"] = "2000",
            ["index.interval.bytes"] = "300",
        }),
        Random = new Random(1),
        HadCleanShutdown = cleanShutdown,
        Background = work => work(),
        StorageFailed = (_, fault) => _failed.Add(fault.Message),
    });
}
