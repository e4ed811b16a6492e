using KafkaSharp.Protocol;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Manager;

namespace KafkaSharp.Storage.Tests.Moving;

/// <summary>Moves of a log between log directories: what is served, what is on disk, what ends a move.</summary>
public sealed class LogMoveTests
{
    private FaultyFileSystem _files = null!;
    private string? _broken;
    private MovedLogs _logs = null!;

    [SetUp]
    public void Start()
    {
        _broken = null;
        _files = new FaultyFileSystem(new MemoryFileSystem(TimeProvider.System), (_, path) =>
            _broken is { } broken && path.StartsWith(broken, StringComparison.Ordinal) ? new IOException($"{path}: broken") : null);
        _logs = new MovedLogs(_files);
    }

    [TearDown]
    public void Stop()
    {
        _broken = null;
        _logs.Manager.Abandon();
    }

    [Test]
    public void The_log_continues_in_the_other_directory_with_all_it_had()
    {
        _logs.Append(50);
        _logs.Log.IncrementLogStartOffset(5);
        var (log, before) = (_logs.Log, _logs.Content());
        Assert.That(_logs.MoveTo("/b"), Is.EqualTo(ErrorCode.None));
        Assert.That(_logs.Place, Is.EqualTo("/a"));
        Assert.That(_logs.Folders(), Is.EquivalentTo(new[] { "/a Current", "/b Future" }));

        _logs.RunAll();
        Assert.That(_logs.Place, Is.EqualTo("/b"));
        Assert.That(_logs.Log, Is.SameAs(log));
        Assert.That(_logs.Future, Is.Null);
        Assert.That(_logs.Content(), Is.EqualTo(before));
        Assert.That((log.LogStartOffset, log.LogEndOffset, log.HighWatermark, log.RecoveryPoint), Is.EqualTo((5, 50, 50, 50)));
        Assert.That(_logs.Folders(), Is.EquivalentTo(new[] { "/a Delete", "/b Current" }));
        Assert.That(_logs.Manager.Directories.Select(directory => directory.LogCount), Is.EqualTo(new[] { 0, 1, 0 }));

        _logs.Append(30);
        _logs.Time.Advance(TimeSpan.FromSeconds(2));
        _logs.RunAll();
        Assert.That(_logs.Folders(), Is.EqualTo(new[] { "/b Current" }));
        Assert.That(_logs.Content()[..45], Is.EqualTo(before));
        Assert.That(_logs.Content(), Has.Count.EqualTo(75));
    }

    [Test]
    public async Task A_start_after_a_move_finds_the_log_and_its_epochs()
    {
        _logs.Append(20, epoch: 3);
        _logs.Append(20, epoch: 7);
        _logs.Log.AssignEpochStartOffset(9);
        var (before, epochs) = (_logs.Content(), _logs.Log.EpochEntries);
        _logs.MoveTo("/c");
        _logs.RunAll();
        Assert.That(_logs.Log.EpochEntries, Is.EqualTo(epochs));
        await _logs.RestartAsync();
        Assert.That(_logs.Place, Is.EqualTo("/c"));
        Assert.That(_logs.Content(), Is.EqualTo(before));
        Assert.That(_logs.Log.EpochEntries, Is.EqualTo(epochs.Take(2)), "as without a move, an epoch without a record is forgotten");
    }

    [Test]
    public void Appends_in_the_middle_of_a_move_arrive()
    {
        _logs.Manager.MoveBytesPerSecond = 64 * 1024;
        _logs.Append(700);
        _logs.MoveTo("/b");
        var seconds = 0;
        while (_logs.Place == "/a" && seconds++ < 100)
        {
            _logs.RunAll();
            _logs.Append(10);
            if (_logs.Future is { } future && seconds == 2)
                Assert.That(_logs.Log.LogEndOffset - future.LogEndOffset, Is.GreaterThan(0));
            _logs.Time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.That(seconds, Is.InRange(3, 20), "the throttle counts");
        _logs.Append(10);
        Assert.That(_logs.Content().Select(record => record.Offset), Is.EqualTo(Enumerable.Range(0, 700 + seconds * 10 + 10)));
        Assert.That(_logs.Content().Select(record => record.Timestamp), Is.Ordered.And.Unique);
    }

    [Test]
    public void A_raised_limit_counts_at_once()
    {
        _logs.Manager.MoveBytesPerSecond = 1;
        _logs.Append(1000);
        _logs.MoveTo("/b");
        _logs.RunAll();
        Assert.That(_logs.Place, Is.EqualTo("/a"));
        _logs.Manager.MoveBytesPerSecond = long.MaxValue;
        _logs.RunAll();
        Assert.That(_logs.Place, Is.EqualTo("/b"));
    }

    [Test]
    public void A_truncation_in_the_middle_of_a_move_is_followed()
    {
        _logs.Manager.MoveBytesPerSecond = 64 * 1024;
        _logs.Append(900);
        _logs.MoveTo("/b");
        _logs.RunAll();
        Assert.That(_logs.Future!.LogEndOffset, Is.GreaterThan(300));
        _logs.Log.TruncateTo(100);
        _logs.Append(400, epoch: 1);
        var content = _logs.Content();
        FinishThrottled();
        Assert.That(_logs.Place, Is.EqualTo("/b"));
        Assert.That(_logs.Content(), Is.EqualTo(content));
    }

    [Test]
    public void A_log_that_starts_above_what_was_copied_starts_there_after_the_move()
    {
        _logs.Manager.MoveBytesPerSecond = 64 * 1024;
        _logs.Append(1500);
        _logs.MoveTo("/b");
        _logs.RunAll();
        _logs.Log.IncrementLogStartOffset(1400);
        _logs.Manager.Maintenance.DeleteOldSegments();
        var content = _logs.Content();
        FinishThrottled();
        Assert.That(_logs.Place, Is.EqualTo("/b"));
        Assert.That(_logs.Content(), Is.EqualTo(content));
        Assert.That(_logs.Log.Segments.First.BaseOffset, Is.GreaterThan(1000));
    }

    [Test]
    public void Another_destination_cancels_the_move_and_begins_another()
    {
        StartThrottled();
        Assert.That(_logs.MoveTo("/b"), Is.EqualTo(ErrorCode.None), "repeated");
        Assert.That(_logs.Folders(), Is.EquivalentTo(new[] { "/a Current", "/b Future" }));
        Assert.That(_logs.MoveTo("/c"), Is.EqualTo(ErrorCode.None));
        Assert.That(_logs.Folders(), Is.EquivalentTo(new[] { "/a Current", "/b Delete", "/c Future" }));
        FinishThrottled();
        Assert.That(_logs.Place, Is.EqualTo("/c"));
        Assert.That(_logs.Folders(), Does.Not.Contain("/b Delete"));
    }

    [Test]
    public void The_directory_where_the_log_is_cancels_the_move()
    {
        StartThrottled();
        Assert.That(_logs.MoveTo("/a"), Is.EqualTo(ErrorCode.None));
        _logs.RunAll();
        Assert.That(_logs.Folders(), Is.EquivalentTo(new[] { "/a Current", "/b Delete" }));
        Assert.That(_logs.Log.Cleaning.IsPaused, Is.False);
    }

    [Test]
    public void The_deletion_of_the_topic_ends_the_move()
    {
        StartThrottled();
        _logs.Manager.Delete(MovedLogs.Partition);
        _logs.RunAll();
        Assert.That(_logs.Folders(), Is.EquivalentTo(new[] { "/a Delete", "/b Delete" }));
        Assert.That(_logs.Manager.GetOrCreate(MovedLogs.Partition, new Uuid(5, 6), out var log), Is.EqualTo(ErrorCode.None));
        Assert.That(log!.LogEndOffset, Is.Zero);
    }

    [Test]
    public void A_destination_that_fails_ends_the_move_and_the_log_is_served()
    {
        StartThrottled();
        _broken = "/b";
        FinishThrottled();
        Assert.That(_logs.Failures.Single().Directory.Path, Is.EqualTo("/b"));
        Assert.That(_logs.Failures.Single().Partitions, Is.Empty);
        Assert.That(_logs.Future, Is.Null);
        _logs.Append(3);
        Assert.That(_logs.Log.Cleaning.IsPaused, Is.False);
        Assert.That(_logs.MoveTo("/c"), Is.EqualTo(ErrorCode.KafkaStorageError), "the log could be in the directory that has failed");
    }

    [Test]
    public void A_source_that_cannot_be_read_is_taken_offline_and_not_the_destination()
    {
        StartThrottled();
        _broken = "/a";
        FinishThrottled();
        Assert.That(_logs.Failures.Select(failure => failure.Directory.Path), Is.EqualTo(new[] { "/a" }));
        Assert.That(_logs.Manager.IsOffline(MovedLogs.Partition));
        Assert.That(_logs.Future!.LogEndOffset, Is.GreaterThan(0), "it stays for the next start");
    }

    [Test]
    public void A_source_that_fails_ends_the_move_and_the_other_directories_serve()
    {
        StartThrottled();
        _logs.Manager.Fail(_logs.Manager.Directories[0], new IOException("broken"));
        FinishThrottled();
        Assert.That(_logs.Manager.Get(MovedLogs.Partition), Is.Null);
        Assert.That(_logs.Manager.IsOffline(MovedLogs.Partition));
        Assert.That(_logs.Future!.LogEndOffset, Is.GreaterThan(0), "it stays for the next start");
        Assert.That(_logs.MoveTo("/c"), Is.EqualTo(ErrorCode.KafkaStorageError));
        Assert.That(_logs.Manager.GetOrCreate(new TopicPartition("u", 0), new Uuid(7, 8), out _, isNew: true), Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public void A_crash_in_the_middle_of_a_move_is_no_end_of_it()
    {
        StartThrottled();
        var (content, copied) = (_logs.Content(), _logs.Future!.LogEndOffset);
        _logs.Crash();
        Assert.That(_logs.Folders(), Is.EquivalentTo(new[] { "/a Current", "/b Future" }));
        Assert.That(_logs.Future!.LogEndOffset, Is.EqualTo(copied));
        Assert.That(_logs.Log.Cleaning.IsPaused);
        _logs.RunAll();
        Assert.That(_logs.Place, Is.EqualTo("/b"));
        Assert.That(_logs.Content(), Is.EqualTo(content));
    }

    [Test]
    public async Task A_stop_in_the_middle_of_a_move_is_no_end_of_it()
    {
        StartThrottled();
        var content = _logs.Content();
        await _logs.RestartAsync();
        _logs.RunAll();
        Assert.That(_logs.Place, Is.EqualTo("/b"));
        Assert.That(_logs.Content(), Is.EqualTo(content));
    }

    [Test]
    public void What_the_future_replica_has_of_an_epoch_that_the_log_has_not_goes()
    {
        StartThrottled();
        var copied = _logs.Future!.LogEndOffset;
        // The process ends before the move has seen the truncation.
        _logs.Log.TruncateTo(copied - 100);
        _logs.Append(200, epoch: 4);
        var content = _logs.Content();
        _logs.Crash();
        _logs.RunAll();
        Assert.That(_logs.Place, Is.EqualTo("/b"));
        Assert.That(_logs.Content(), Is.EqualTo(content));
    }

    [Test]
    public void A_future_replica_without_a_log_becomes_the_log_where_the_metadata_assign_it_only()
    {
        StartThrottled();
        _logs.Manager.Abandon();
        _files.DeleteDirectory("/a/t-0");
        _logs.Assigned = "/b";
        _logs.Start();
        Assert.That(_logs.Place, Is.EqualTo("/b"));
        Assert.That(_logs.Log.LogEndOffset, Is.GreaterThan(0));
        Assert.That(_logs.Folders(), Is.EqualTo(new[] { "/b Current" }));
    }

    [Test]
    public void A_future_replica_without_a_log_that_is_assigned_elsewhere_is_kept_aside()
    {
        StartThrottled();
        _logs.Manager.Abandon();
        _files.DeleteDirectory("/a/t-0");
        _logs.Assigned = "/a";
        _logs.Start();
        Assert.That(_logs.Log.LogEndOffset, Is.Zero);
        Assert.That(_logs.Folders(), Does.Contain("/b Stray"));
    }

    [Test]
    public void The_move_of_a_deleted_and_recreated_topic_is_not_continued()
    {
        StartThrottled();
        _logs.Manager.Abandon();
        _files.DeleteFile("/a/t-0/partition.metadata");
        Storage.Checkpoints.PartitionMetadataFile.Write(_files, "/a/t-0", new Uuid(9, 9));
        _logs.Start();
        Assert.That(_logs.Future, Is.Null);
        Assert.That(_logs.Folders(), Does.Contain("/a Stray").And.Contain("/b Stray").Or.Contain("/b Stray"));
    }

    [Test]
    public void Refusals_are_those_of_Kafka()
    {
        Assert.That(_logs.MoveTo("/nowhere"), Is.EqualTo(ErrorCode.LogDirNotFound));
        Assert.That(_logs.MoveTo("/b/"), Is.EqualTo(ErrorCode.LogDirNotFound));
        Assert.That(_logs.MoveTo("/a"), Is.EqualTo(ErrorCode.None));
        Assert.That(_logs.Manager.AlterDirectory(new TopicPartition("none", 0), "/b"), Is.EqualTo(ErrorCode.ReplicaNotAvailable));
        var longest = new TopicPartition(new string('x', 213), 0);
        Assert.That(_logs.Manager.AlterDirectory(longest, "/b"), Is.EqualTo(ErrorCode.ReplicaNotAvailable));
        var tooLong = longest with { Topic = longest.Topic + "x" };
        Assert.That(_logs.Manager.AlterDirectory(tooLong, "/no"), Is.EqualTo(ErrorCode.InvalidTopicException));
        _logs.Manager.SetCordoned(directory => directory.Path == "/b");
        Assert.That(_logs.MoveTo("/b"), Is.EqualTo(ErrorCode.InvalidReplicaAssignment));
        Assert.That(_logs.MoveTo("/c"), Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public void A_log_is_created_where_it_was_asked_for()
    {
        var other = new TopicPartition("u", 0);
        _logs.Manager.AlterDirectory(other, "/c");
        _logs.Manager.GetOrCreate(other, new Uuid(3, 3), out var log);
        Assert.That(_logs.Manager.DirectoryOf(log!).Path, Is.EqualTo("/c"));
    }

    [Test]
    public void No_log_is_created_in_a_cordoned_directory_unless_all_are()
    {
        _logs.Manager.SetCordoned(directory => directory.Path != "/b");
        for (var i = 0; i < 3; i++)
            Assert.That(PlaceOf(new TopicPartition("u", i)), Is.EqualTo("/b"));
        _logs.Manager.SetCordoned(_ => true);
        Assert.That(PlaceOf(new TopicPartition("u", 3)), Is.EqualTo("/a"));
    }

    [Test]
    public void A_move_waits_for_its_approval_and_withdraws_it_when_it_is_cancelled()
    {
        var approval = new Approvals();
        _logs.Manager.MoveApproval = approval;
        _logs.Append(10);
        _logs.MoveTo("/b");
        _logs.RunAll();
        var move = approval.Requested.Single();
        Assert.That((move.Source.Path, move.Destination.Path, move.TopicId), Is.EqualTo(("/a", "/b", (Uuid?)MovedLogs.TopicId)));
        Assert.That(_logs.Place, Is.EqualTo("/a"));
        _logs.MoveTo("/a");
        Assert.That(approval.Withdrawn, Is.EqualTo(new[] { move }));
        move.Approve();
        _logs.RunAll();
        Assert.That(_logs.Place, Is.EqualTo("/a"), "the approval came too late");

        _logs.MoveTo("/b");
        _logs.RunAll();
        _logs.Append(10);
        approval.Requested[1].Approve();
        _logs.RunAll();
        Assert.That(_logs.Place, Is.EqualTo("/b"));
        Assert.That(_logs.Log.LogEndOffset, Is.EqualTo(20));
        Assert.That(approval.Withdrawn, Has.Count.EqualTo(1));
    }

    [Test]
    public void A_failure_after_the_change_leaves_no_older_log_to_serve()
    {
        var memory = new MemoryFileSystem(TimeProvider.System);
        var files = new FaultyFileSystem(memory, (operation, path) =>
            _broken == "flush" && operation == FileOperation.Flush && path == "/b" && memory.DirectoryExists("/b/t-0")
                ? new IOException("broken") : null);
        var logs = new MovedLogs(files);
        logs.Append(10);
        logs.MoveTo("/b");
        _broken = "flush";
        logs.RunAll();
        Assert.That(logs.Manager.IsOffline(MovedLogs.Partition));
        Assert.That(logs.Folders(), Is.EquivalentTo(new[] { "/a Stray", "/b Current" }));
        _broken = null;
        logs.Crash();
        Assert.That(logs.Place, Is.EqualTo("/b"));
        Assert.That(logs.Log.LogEndOffset, Is.EqualTo(10));
        logs.Manager.Abandon();
    }

    [Test]
    public void A_failure_while_a_moved_log_waits_for_space_leaves_no_older_log_to_serve()
    {
        var memory = new MemoryFileSystem(TimeProvider.System);
        var files = new FaultyFileSystem(memory, (operation, path) =>
            _broken == "full" && operation == FileOperation.Write && Path.GetDirectoryName(path) == "/b"
                ? new IOException("No space left on device", 28)
            : _broken == "disk" && path.StartsWith("/b", StringComparison.Ordinal) ? new IOException("Input/output error", 5)
            : null);
        var logs = new MovedLogs(files);
        logs.Append(10);
        logs.MoveTo("/b");
        _broken = "full";
        logs.RunAll();
        Assert.That((logs.Place, logs.Manager.IsOffline(MovedLogs.Partition)), Is.EqualTo(("/b", false)));
        logs.Append(10);
        Assert.That(logs.Folders(), Is.EquivalentTo(new[] { "/a Left", "/b Current" }));
        _broken = "disk";
        logs.Manager.Maintenance.CheckpointRecoveryPoints();
        Assert.That(logs.Manager.IsOffline(MovedLogs.Partition));
        logs.RunAll();
        _broken = null;
        Assert.That(logs.Folders(), Is.EquivalentTo(new[] { "/a Stray", "/b Current" }));
        logs.Crash();
        Assert.That((logs.Place, logs.Log.LogEndOffset), Is.EqualTo(("/b", 20L)));
        logs.Manager.Abandon();
    }

    private string PlaceOf(TopicPartition partition)
    {
        _logs.Manager.GetOrCreate(partition, new Uuid(3, 3), out var log);
        return _logs.Manager.DirectoryOf(log!).Path;
    }

    private void StartThrottled()
    {
        _logs.Manager.MoveBytesPerSecond = 64 * 1024;
        _logs.Append(900);
        _logs.MoveTo("/b");
        _logs.RunAll();
        Assert.That(_logs.Future!.LogEndOffset, Is.InRange(1, 899));
    }

    private void FinishThrottled()
    {
        for (var seconds = 0; seconds < 30; seconds++)
        {
            _logs.Time.Advance(TimeSpan.FromSeconds(1));
            _logs.RunAll();
        }
    }
}
