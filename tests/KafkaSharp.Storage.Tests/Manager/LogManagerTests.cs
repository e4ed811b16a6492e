using KafkaSharp.Configuration;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Storage.Checkpoints;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.Epochs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Manager;
using KafkaSharp.TestInfrastructure;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaSharp.Storage.Tests.Manager;

public sealed class LogManagerTests
{
    private static readonly TopicPartition Partition = new("t", 0);
    private static readonly Uuid TopicId = new(1, 2);
    private static readonly Uuid OtherId = new(3, 4);

    private ManualTimeProvider _time = null!;
    private FaultyFileSystem _files = null!;
    private string? _broken;
    private LogManager _manager = null!;
    private List<LogDirectoryFailure> _failures = null!;

    [SetUp]
    public void SetUp()
    {
        _time = new ManualTimeProvider();
        _broken = null;
        _files = new FaultyFileSystem(new MemoryFileSystem(_time), (_, path) =>
            _broken is { } broken && path.StartsWith(broken, StringComparison.Ordinal) ? new IOException($"{path}: input/output error")
                : null);
        _failures = [];
        _manager = Open();
    }

    [TearDown]
    public async Task Stop() => await _manager.DisposeAsync();

    [Test]
    public async Task A_log_is_found_again_after_a_stop_in_order()
    {
        Append(Create(Partition), 3);
        await Restart(brokerEpoch: 42);
        var log = _manager.Get(Partition)!;
        Assert.Multiple(() =>
        {
            Assert.That(log.TopicId, Is.EqualTo(TopicId));
            Assert.That((log.LogEndOffset, log.RecoveryPoint), Is.EqualTo((3L, 3L)));
            Assert.That(log.Options.HadCleanShutdown, Is.True);
            Assert.That(log.EpochEntries, Is.EqualTo(new[] { new EpochEntry(0, 0) }));
            Assert.That(_manager.PreviousBrokerEpoch, Is.EqualTo(42));
            Assert.That(_files.FileExists("/a/.kafka_cleanshutdown"), Is.False, "taken at start");
        });
    }

    [Test]
    public void After_a_crash_the_log_is_recovered()
    {
        Append(Create(Partition), 3);
        Crash();
        Assert.Multiple(() =>
        {
            Assert.That(_manager.Get(Partition)!.LogEndOffset, Is.EqualTo(3));
            Assert.That(_manager.Get(Partition)!.Options.HadCleanShutdown, Is.False);
            Assert.That(_manager.Get(Partition)!.EpochEntries, Is.EqualTo(new[] { new EpochEntry(0, 0) }), "from the batches");
            Assert.That(_manager.PreviousBrokerEpoch, Is.EqualTo(-1));
        });
    }

    [Test]
    public void A_flush_saves_the_epochs_that_recovery_will_not_look_for()
    {
        var log = Create(Partition);
        Assert.That(log.AppendAsLeader(Batch(2), leaderEpoch: 3).ErrorCode, Is.EqualTo(ErrorCode.None));
        log.Flush();
        Assert.That(LeaderEpochCache.Open(_files, log.Directory).Entries, Is.EqualTo(new[] { new EpochEntry(3, 0) }));
        Assert.That(log.AppendAsLeader(Batch(2), leaderEpoch: 5).ErrorCode, Is.EqualTo(ErrorCode.None));
        Crash();
        Assert.That(_manager.Get(Partition)!.EpochEntries, Is.EqualTo(new[] { new EpochEntry(3, 0), new EpochEntry(5, 2) }));
    }

    [Test]
    public void A_new_log_goes_where_there_are_fewest()
    {
        for (var i = 0; i < 6; i++)
            Create(new TopicPartition("t", i));
        Assert.That(_manager.Directories.Select(directory => directory.LogCount), Is.EqualTo(new[] { 3, 3 }));
        _manager.Delete(_manager.LogsIn(_manager.Directories[1]).Select(log => log.TopicPartition).ToArray());
        Assert.That(_manager.DirectoryOf(Create(new TopicPartition("u", 0))), Is.SameAs(_manager.Directories[1]));
    }

    [Test]
    public void A_log_of_another_topic_of_the_same_name_is_refused()
    {
        Create(Partition);
        Assert.That(_manager.GetOrCreate(Partition, OtherId, out _), Is.EqualTo(ErrorCode.InconsistentTopicId));
        Assert.That(_manager.GetOrCreate(Partition, Uuid.Zero, out _), Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public void A_log_without_a_topic_id_is_given_one()
    {
        Assert.That(_manager.GetOrCreate(Partition, Uuid.Zero, out var log), Is.EqualTo(ErrorCode.None));
        Assert.That(log!.TopicId, Is.Null);
        Create(Partition);
        Crash();
        Assert.That(_manager.Get(Partition)!.TopicId, Is.EqualTo(TopicId));
    }

    [Test]
    public void A_deleted_log_is_renamed_at_once_and_its_files_go_later()
    {
        Append(Create(Partition), 3);
        _manager.Delete(Partition);
        Assert.That(_manager.Get(Partition), Is.Null);
        Assert.That(FolderNames("/a").Single(), Does.Match("^t-0\\.[0-9a-f]{32}-delete$"));
        Assert.That(Create(Partition, OtherId).LogEndOffset, Is.Zero);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.That(FolderNames("/a"), Has.Count.EqualTo(2));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(FolderNames("/a"), Is.EqualTo(new[] { "t-0" }));
    }

    [Test]
    public void What_a_crash_left_of_a_deleted_log_goes_after_the_next_start()
    {
        Append(Create(Partition), 3);
        _manager.Delete(Partition);
        Crash();
        Assert.That(_manager.Get(Partition), Is.Null);
        Assert.That(FolderNames("/a"), Has.Count.EqualTo(1));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.That(FolderNames("/a"), Is.Empty);
    }

    [Test]
    public void A_log_made_again_knows_nothing_of_the_one_before()
    {
        var log = Create(Partition);
        Append(log, 5);
        log.UpdateHighWatermark(5);
        log.IncrementLogStartOffset(4);
        log.Flush();
        _manager.Maintenance.CheckpointRecoveryPoints();
        _manager.Maintenance.CheckpointLogStartOffsets();
        Assert.That(Text("/a/recovery-point-offset-checkpoint"), Is.EqualTo("0\n1\nt 0 5\n"));
        Assert.That(Text("/a/log-start-offset-checkpoint"), Is.EqualTo("0\n1\nt 0 4\n"));

        _manager.Delete(Partition);
        Assert.That(Text("/a/recovery-point-offset-checkpoint"), Is.EqualTo("0\n0\n"));
        Assert.That(Text("/a/log-start-offset-checkpoint"), Is.EqualTo("0\n0\n"));
        Append(Create(Partition, OtherId), 1);
        Crash();
        Assert.That((_manager.Get(Partition)!.LogStartOffset, _manager.Get(Partition)!.LogEndOffset), Is.EqualTo((0L, 1L)));
    }

    [Test]
    public void The_start_of_a_cut_log_survives_a_stop()
    {
        var log = Create(Partition);
        Append(log, 5);
        log.UpdateHighWatermark(5);
        log.IncrementLogStartOffset(4);
        Assert.That(async () => await Restart(), Throws.Nothing);
        Assert.That(_manager.Get(Partition)!.LogStartOffset, Is.EqualTo(4));
    }

    [Test]
    public void Strays_are_set_aside_and_kept()
    {
        Create(Partition);
        Create(new TopicPartition("u", 0));
        Assert.That(_manager.SetStraysAside(log => log.TopicPartition.Topic == "t"), Is.EqualTo(new[] { Partition }));
        Assert.That(_manager.Get(Partition), Is.Null);
        Assert.That(FolderNames("/a"), Has.One.Matches("^t-0\\.[0-9a-f]{32}-stray$"));
        Crash();
        _time.Advance(TimeSpan.FromHours(1));
        Assert.That(FolderNames("/a"), Has.Count.EqualTo(1));
        Assert.That(_manager.Logs.Select(log => log.TopicPartition.Topic), Is.EqualTo(new[] { "u" }));
    }

    [Test]
    public void A_directory_that_fails_goes_offline_and_the_other_serves()
    {
        var (inA, inB) = (Create(Partition), Create(new TopicPartition("t", 1)));
        _broken = "/a";
        _manager.Maintenance.CheckpointRecoveryPoints();
        Assert.Multiple(() =>
        {
            Assert.That(_failures, Has.Count.EqualTo(1));
            Assert.That(_failures[0].Partitions, Is.EqualTo(new[] { Partition }));
            Assert.That(_failures[0].NoneLeft, Is.False);
            Assert.That((_manager.IsOffline(Partition), _manager.Get(Partition)), Is.EqualTo((true, (PartitionLog?)null)));
            Assert.That(inA.AppendAsLeader(Batch(1), 0).ErrorCode, Is.EqualTo(ErrorCode.KafkaStorageError));
            Assert.That(inB.AppendAsLeader(Batch(1), 0).ErrorCode, Is.EqualTo(ErrorCode.None));
            Assert.That(_manager.GetOrCreate(Partition, TopicId, out _), Is.EqualTo(ErrorCode.KafkaStorageError));
            Assert.That(_manager.GetOrCreate(new TopicPartition("n", 0), TopicId, out _), Is.EqualTo(ErrorCode.KafkaStorageError),
                "may be in /a");
            Assert.That(_manager.GetOrCreate(new TopicPartition("n", 0), TopicId, out _, isNew: true), Is.EqualTo(ErrorCode.None));
        });
        _broken = "/";
        _manager.Maintenance.CheckpointRecoveryPoints();
        Assert.That(_failures[^1].NoneLeft, Is.True);
    }

    [Test]
    public void A_log_whose_folder_cannot_be_renamed_for_deletion_is_closed()
    {
        var log = Create(Partition);
        _broken = "/";
        _manager.Delete(Partition);
        _broken = null;
        Assert.That(_failures, Has.Count.EqualTo(1));
        Assert.That(log.AppendAsLeader(Batch(1), 0).ErrorCode, Is.EqualTo(ErrorCode.KafkaStorageError));
    }

    [Test]
    public void A_new_log_goes_to_the_next_directory_where_the_first_fails()
    {
        _broken = "/a";
        Assert.That(_manager.DirectoryOf(Create(Partition, isNew: true)).Path, Is.EqualTo("/b"));
        Assert.That(_failures, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_directory_that_fails_at_start_is_offline()
    {
        Create(Partition);
        await _manager.ShutdownAsync();
        _broken = "/a";
        _manager = Open();
        Assert.That(_manager.LiveDirectories.Select(directory => directory.Path), Is.EqualTo(new[] { "/b" }));
        await _manager.ShutdownAsync();
        _broken = "/";
        Assert.That(Open, Throws.InstanceOf<IOException>().With.Message.Contains("/a, /b"));
    }

    [Test]
    public void A_directory_in_use_is_told() => Assert.That(Open, Throws.TypeOf<LogDirectoryLockedException>()
        .With.Message.Matches(
            "^The log directory /[ab] is in use by another broker, in this process or another: its \\.lock file is locked\\. "));

    [TestCase("/a")]
    [TestCase("/b")]
    public void A_partition_in_two_directories_continues_in_the_one_that_ends_later(string later)
    {
        var first = later == "/a" ? 3 : 1;
        var log = Create(Partition);
        Append(log, first);
        log.Flush();
        Copy(log.Directory, "/b/t-0");
        Append(log, 2);
        if (later == "/b")
            SwapFolders("/a/t-0", "/b/t-0");
        Crash();
        Assert.That(_manager.SetStraysAside(_ => false), Is.EqualTo(new[] { Partition }));
        Assert.That(_manager.Get(Partition)!.LogEndOffset, Is.EqualTo(first + 2));
        Assert.That(_manager.DirectoryOf(_manager.Get(Partition)!).Path, Is.EqualTo(later));
        Assert.That(FolderNames(later), Is.EqualTo(new[] { "t-0" }));
        Assert.That(FolderNames(later == "/a" ? "/b" : "/a").Single(), Does.EndWith("-stray"));
    }

    [Test]
    public void Folders_that_are_no_partitions_are_left_alone()
    {
        _files.CreateDirectory("/a/lost+found");
        _files.CreateDirectory("/a/__cluster_metadata-0");
        Crash();
        Assert.That(_manager.Logs, Is.Empty);
        Assert.That(FolderNames("/a"), Is.EquivalentTo(new[] { "lost+found", "__cluster_metadata-0" }));
    }

    [Test]
    public void Retention_runs_by_itself()
    {
        _manager.UpdateTopicConfigs(Of("t", new Dictionary<string, string> { ["retention.ms"] = "60000" }));
        var log = Create(Partition);
        Append(log, 3);
        log.UpdateHighWatermark(3);
        _manager.StartTasks();
        _time.Advance(TimeSpan.FromMinutes(6));
        Assert.That(log.LogStartOffset, Is.EqualTo(3));
    }

    [Test]
    public void Recovery_points_are_saved_every_minute()
    {
        var log = Create(Partition);
        Append(log, 3);
        log.Flush();
        _manager.StartTasks();
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.That(Text("/a/recovery-point-offset-checkpoint"), Is.EqualTo("0\n1\nt 0 3\n"));
    }

    [Test]
    public void High_watermarks_are_saved_every_five_seconds_and_read_back()
    {
        var log = Create(Partition);
        Append(log, 3);
        Append(log, 2);
        log.UpdateHighWatermark(3);
        _manager.StartTasks();
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(Text("/a/replication-offset-checkpoint"), Is.EqualTo("0\n1\nt 0 3\n"));
        log.UpdateHighWatermark(4);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.That(Text("/a/replication-offset-checkpoint"), Is.EqualTo("0\n1\nt 0 4\n"));
        Crash();
        Assert.That(_manager.Get(Partition)!.HighWatermark, Is.EqualTo(4));
    }

    [Test]
    public async Task High_watermarks_are_saved_by_a_stop_in_order()
    {
        var log = Create(Partition);
        Append(log, 5);
        log.UpdateHighWatermark(2);
        await Restart();
        Assert.That(_manager.Get(Partition)!.HighWatermark, Is.EqualTo(2));
    }

    [Test]
    public void A_high_watermark_beyond_the_log_is_lowered_to_its_end()
    {
        Append(Create(Partition), 2);
        _files.WriteAtomically("/a/replication-offset-checkpoint", "0\n1\nt 0 9\n"u8);
        Crash();
        Assert.That(_manager.Get(Partition)!.HighWatermark, Is.EqualTo(2));
    }

    [Test]
    public void Unchanged_high_watermarks_are_not_written_again()
    {
        var log = Create(Partition);
        Append(log, 5);
        log.UpdateHighWatermark(2);
        _manager.Maintenance.CheckpointHighWatermarks();
        _files.DeleteFile("/a/replication-offset-checkpoint");
        _manager.Maintenance.CheckpointHighWatermarks();
        Assert.That(_files.FileExists("/a/replication-offset-checkpoint"), Is.False);
        log.UpdateHighWatermark(3);
        _manager.Maintenance.CheckpointHighWatermarks();
        Assert.That(_files.FileExists("/a/replication-offset-checkpoint"));
    }

    [Test]
    public void A_truncation_takes_the_saved_recovery_point_along()
    {
        var log = Create(Partition);
        Append(log, 1);
        Append(log, 2);
        log.Flush();
        _manager.Maintenance.CheckpointRecoveryPoints();
        Assert.That(Text("/a/recovery-point-offset-checkpoint"), Is.EqualTo("0\n1\nt 0 3\n"));
        log.TruncateTo(1);
        Assert.That(Text("/a/recovery-point-offset-checkpoint"), Is.EqualTo("0\n1\nt 0 0\n"), "the start of the segment that was changed");
        Append(log, 2);
        log.Flush();
        _manager.Maintenance.CheckpointRecoveryPoints();
        log.TruncateFullyAndStartAt(0);
        Assert.That(Text("/a/recovery-point-offset-checkpoint"), Is.EqualTo("0\n1\nt 0 0\n"));
    }

    [Test]
    public void So_does_a_recovery_that_cuts_below_it()
    {
        var log = Create(Partition);
        Append(log, 1);
        Append(log, 2);
        log.Flush();
        _manager.Maintenance.CheckpointRecoveryPoints();
        using (var file = _files.OpenFile(log.Segments.Active.LogPath, StorageFileMode.Open))
            file.SetLength(file.Length - 1);
        Crash();
        Assert.That(_manager.Get(Partition)!.LogEndOffset, Is.EqualTo(1));
        Assert.That(Text("/a/recovery-point-offset-checkpoint"), Is.EqualTo("0\n1\nt 0 0\n"));
    }

    [Test]
    public async Task Logs_are_flushed_when_flush_ms_has_passed()
    {
        await _manager.DisposeAsync();
        _manager = Open(("log.flush.scheduler.interval.ms", "1000"), ("log.flush.interval.ms", "90000"));
        var log = Create(Partition);
        _manager.StartTasks();
        Append(log, 3);
        _time.Advance(TimeSpan.FromSeconds(89));
        Assert.That(log.RecoveryPoint, Is.Zero);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(log.RecoveryPoint, Is.EqualTo(3));
    }

    [Test]
    public async Task Topic_configs_come_over_broker_defaults_and_change_at_run_time()
    {
        await _manager.DisposeAsync();
        _manager = Open(("log.retention.hours", "1"));
        var log = Create(Partition);
        Assert.That(log.Config.RetentionMs, Is.EqualTo(3_600_000));
        _manager.UpdateTopicConfigs(Of("t", new Dictionary<string, string> { ["retention.ms"] = "5" }));
        Assert.That(log.Config.RetentionMs, Is.EqualTo(5));
        _manager.UpdateBrokerConfig(ConfigValues.Empty);
        Assert.That(log.Config.RetentionMs, Is.EqualTo(5));
        _manager.UpdateTopicConfigs(Of("t", new Dictionary<string, string>()));
        Assert.That(log.Config.RetentionMs, Is.EqualTo(604_800_000));
    }

    private static Dictionary<string, IReadOnlyDictionary<string, string>> Of(string topic, Dictionary<string, string> overrides) =>
        new() { [topic] = overrides };

    private LogManager Open(params (string Name, string Value)[] broker)
    {
        var schema = new ConfigSchema([.. BrokerLogConfigs.All, .. LogManagerConfigs.All]);
        return LogManager.Open(new LogManagerOptions
        {
            FileSystem = _files,
            Directories = ["/a", "/b"],
            BrokerConfig = ConfigValues.Parse(schema, broker.ToDictionary(pair => pair.Name, pair => pair.Value)),
            Time = _time,
            Random = new Random(1),
            Background = work => work(),
            DirectoryFailed = _failures.Add,
        });
    }

    private LogManager Open() => Open([]);

    private async Task Restart(long brokerEpoch = -1)
    {
        await _manager.ShutdownAsync(brokerEpoch);
        _manager = Open();
    }

    private void Crash()
    {
        _manager.Abandon();
        _manager = Open();
    }

    private void Copy(string folder, string to)
    {
        _files.CreateDirectory(to);
        foreach (var path in _files.EnumerateFiles(folder))
        {
            using var source = _files.OpenFile(path, StorageFileMode.Open);
            using var target = _files.OpenFile(Path.Combine(to, Path.GetFileName(path)), StorageFileMode.Create);
            var bytes = new byte[source.Length];
            source.Read(0, bytes);
            target.Write(0, bytes);
        }
    }

    private void SwapFolders(string one, string other)
    {
        Copy(other, "/temporary");
        _files.DeleteDirectory(other);
        Copy(one, other);
        _files.DeleteDirectory(one);
        Copy("/temporary", one);
    }

    private PartitionLog Create(TopicPartition partition, Uuid? topicId = null, bool isNew = false)
    {
        Assert.That(_manager.GetOrCreate(partition, topicId ?? TopicId, out var log, isNew), Is.EqualTo(ErrorCode.None));
        return log!;
    }

    private void Append(PartitionLog log, int count) =>
        Assert.That(log.AppendAsLeader(Batch(count), 0).ErrorCode, Is.EqualTo(ErrorCode.None));

    private byte[] Batch(int count)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        for (var i = 0; i < count; i++)
            builder.Append(_time.GetUtcNow().ToUnixTimeMilliseconds(), default, "v"u8, hasKey: false);
        return builder.Build().ToArray();
    }

    private List<string> FolderNames(string directory) =>
        [.. _files.EnumerateDirectories(directory).Select(path => Path.GetFileName(path))];

    private string Text(string path) => System.Text.Encoding.UTF8.GetString(_files.ReadAllBytes(path));
}
