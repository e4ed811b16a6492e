using KafkaSharp.Protocol;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Manager;
using KafkaSharp.Storage.Tests.Logs;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.Manager;

/// <summary>
/// Creation and deletion of many logs: nothing that waits for the disk runs on the caller's thread, and it is done once for all logs.
/// </summary>
public sealed class LogDeletionTests
{
    private readonly List<Action> _background = [];
    private ManualTimeProvider _time = null!;
    private FaultyFileSystem _files = null!;
    private int _flushes;
    private LogManager _manager = null!;

    [SetUp]
    public void SetUp()
    {
        _background.Clear();
        _time = new ManualTimeProvider();
        _files = new FaultyFileSystem(new MemoryFileSystem(_time), (operation, _) =>
        {
            if (operation == FileOperation.Flush)
                _flushes++;
            return null;
        });
        _manager = Open();
    }

    [TearDown]
    public async Task Stop() => await _manager.DisposeAsync();

    [Test]
    public void Creation_and_deletion_wait_for_no_fsync()
    {
        _flushes = 0;
        var partitions = Create(20);
        Assert.That(_flushes, Is.Zero, "creation");
        _manager.Delete(partitions);
        Assert.That(_flushes, Is.Zero, "deletion");
    }

    [TestCase(1)]
    [TestCase(50)]
    public void The_number_of_fsyncs_does_not_depend_on_the_number_of_deleted_logs(int count)
    {
        var partitions = Create(count);
        RunBackground();
        _flushes = 0;
        _manager.Delete(partitions);
        RunBackground();
        // The directory, then three checkpoints, each with the file and the directory.
        Assert.That(_flushes, Is.EqualTo(7));
    }

    [Test]
    public void A_log_created_again_before_the_checkpoints_are_written_has_no_offsets_of_the_one_before()
    {
        var partition = new TopicPartition("t", 0);
        var log = Create(partition);
        Append(log, 5);
        log.UpdateHighWatermark(5);
        log.IncrementLogStartOffset(4);
        log.Flush();
        _manager.Maintenance.CheckpointRecoveryPoints();
        _manager.Maintenance.CheckpointLogStartOffsets();
        _manager.Maintenance.CheckpointHighWatermarks();

        _manager.Delete(partition);
        Append(Create(partition, new Uuid(3, 4)), 1);
        _background.Clear();
        _manager.Abandon();
        _manager = Open();

        log = _manager.Get(partition)!;
        Assert.That((log.LogStartOffset, log.LogEndOffset, log.RecoveryPoint, log.HighWatermark), Is.EqualTo((0, 1, 0, 0)));
    }

    [Test]
    public void The_first_flush_of_a_log_makes_its_folder_durable()
    {
        var flushed = new List<string>();
        var files = new FaultyFileSystem(new MemoryFileSystem(_time), (operation, path) =>
        {
            if (operation == FileOperation.Flush)
                flushed.Add(path);
            return null;
        });
        using var log = PartitionLog.Open(new PartitionLogOptions
        {
            FileSystem = files,
            Directory = "/a/t-0",
            TopicPartition = new TopicPartition("t", 0),
            Random = new Random(1),
            HadCleanShutdown = true,
            Background = work => work(),
        });
        Append(log, 1);
        log.Flush();
        Assert.That(flushed, Does.Contain("/a"));
        flushed.Clear();
        Append(log, 1);
        log.Flush();
        Assert.That(flushed, Does.Not.Contain("/a"));
    }

    private LogManager Open() => LogManager.Open(new LogManagerOptions
    {
        FileSystem = _files,
        Directories = ["/a"],
        Time = _time,
        Random = new Random(1),
        Background = _background.Add,
    });

    private void RunBackground()
    {
        foreach (var work in _background.ToArray())
            work();
        _background.Clear();
    }

    private TopicPartition[] Create(int count)
    {
        var partitions = Enumerable.Range(0, count).Select(number => new TopicPartition("t", number)).ToArray();
        foreach (var partition in partitions)
            Create(partition);
        return partitions;
    }

    private PartitionLog Create(TopicPartition partition, Uuid? topicId = null)
    {
        Assert.That(_manager.GetOrCreate(partition, topicId ?? new Uuid(1, 2), out var log), Is.EqualTo(ErrorCode.None));
        return log!;
    }

    private static void Append(PartitionLog log, int count)
    {
        for (var i = 0; i < count; i++)
            Assert.That(log.AppendAsLeader(TestLog.Batch(), 0).ErrorCode, Is.EqualTo(ErrorCode.None));
    }
}
