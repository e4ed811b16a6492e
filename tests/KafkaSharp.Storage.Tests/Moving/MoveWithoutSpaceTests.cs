using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Tests.Logs;

namespace KafkaSharp.Storage.Tests.Moving;

/// <summary>
/// A log has changed to another directory, and its old folder stays because there is no space to make this durable. The process is killed
/// in this state, which can last for days.
/// </summary>
public sealed class MoveWithoutSpaceTests
{
    private WaitingMove _move = null!;
    private MovedLogs _logs = null!;

    [TearDown]
    public void Stop() => _logs.Manager.Abandon();

    [Test]
    public void Deleted_records_stay_away_when_the_checkpoints_are_written_in_the_meantime()
    {
        MoveWithoutSpace();
        _logs.Manager.Maintenance.CheckpointLogStartOffsets();
        _logs.Manager.Maintenance.CheckpointRecoveryPoints();
        _logs.RunAll();
        Crash();
        Assert.That((_logs.Place, _logs.Log.LogStartOffset, _logs.Log.LogEndOffset), Is.EqualTo(("/b", 15L, 30L)));
    }

    [Test]
    public void Records_deleted_in_the_meantime_stay_away()
    {
        MoveWithoutSpace();
        _logs.Log.IncrementLogStartOffset(20);
        _logs.Manager.Maintenance.CheckpointLogStartOffsets();
        Crash();
        Assert.That((_logs.Place, _logs.Log.LogStartOffset, _logs.Log.LogEndOffset), Is.EqualTo(("/b", 20L, 30L)));
    }

    [Test]
    public void All_records_are_deleted_in_the_meantime([Values] bool areEpochsWritten)
    {
        MoveWithoutSpace();
        _move.LacksSpace = null;
        _logs.Append(2, epoch: 1);
        _logs.Log.IncrementLogStartOffset(31);
        if (areEpochsWritten)
            _logs.Log.Flush();
        _move.LacksSpace = WaitingMove.WritesAfterTheChange;
        _logs.Manager.Maintenance.CheckpointLogStartOffsets();
        Crash();
        // What was appended in the new directory only is not in the checkpoint of the old one.
        Assert.That((_logs.Place, _logs.Log.LogStartOffset, _logs.Log.LogEndOffset), Is.EqualTo(("/b", 30L, 32L)));
    }

    [TestCase(5)]
    [TestCase(15)]
    [TestCase(20)]
    public void A_follower_whose_leader_begins_below_the_deleted_records_keeps_the_leaders_records(int records)
    {
        MoveWithoutSpace(static (operation, path) =>
            operation == FileOperation.Write && path.StartsWith("/b/log-start-offset-checkpoint", StringComparison.Ordinal));
        _move.LacksSpace = null;
        // Another replica has become the leader without having been in sync.
        _logs.Log.TruncateFullyAndStartAt(0);
        for (var offset = 0; offset < records; offset++)
        {
            var batch = TestLog.Batch(1, 100, 1000 + offset, offset, new RecordBatchOptions { PartitionLeaderEpoch = 1 });
            Assert.That(_logs.Log.AppendAsFollower(batch, 1).ErrorCode, Is.EqualTo(ErrorCode.None));
        }
        var content = _logs.Content();
        Crash();
        Assert.That(_logs.Content(), Is.EqualTo(content));
        Assert.That(_logs.Log.HighWatermark, Is.Zero, "nothing of it is known to be committed");
    }

    [Test]
    public void A_log_leaves_the_directory_without_space_for_another_one([Values] bool crashes)
    {
        MoveWithoutSpace();
        var content = _logs.Content();
        Assert.That(_logs.MoveTo("/c"), Is.EqualTo(ErrorCode.None));
        _logs.RunAll();
        _move.Approve();
        Assert.That((_logs.Place, _logs.Failures.Count), Is.EqualTo(("/c", 0)));
        Assert.That(_logs.Folders(), Is.EquivalentTo(new[] { "/a Delete", "/b Delete", "/c Current" }));
        _logs.Append(2);
        if (crashes)
            Crash("/c");
        Wait(TimeSpan.FromMinutes(2));
        Assert.That((_logs.Place, _logs.Failures.Count), Is.EqualTo(("/c", 0)));
        Assert.That(_logs.Content().Take(content.Count), Is.EqualTo(content));
        Assert.That(_logs.Log.LogEndOffset, Is.EqualTo(32));
        Assert.That(_logs.Folders(), Is.EquivalentTo(new[] { "/c Current" }));
    }

    [Test]
    public void The_directory_that_a_log_has_left_fails_before_the_end_of_the_move()
    {
        MoveWithoutSpace();
        _move.LacksSpace = static (operation, path) =>
            operation == FileOperation.Write && Path.GetDirectoryName(path) is "/b" or "/b/t-0" or "/c" or "/c/t-0";
        _logs.MoveTo("/c");
        _logs.RunAll();
        _move.Approve();
        Assert.That((_logs.Place, _logs.Failures.Count), Is.EqualTo(("/c", 0)));
        _move.Broken = "/b";
        _logs.Manager.Maintenance.CheckpointRecoveryPoints();
        Assert.That(_logs.Failures.Single().Directory.Path, Is.EqualTo("/b"));
        (_move.Broken, _move.LacksSpace) = (null, null);
        Wait(TimeSpan.FromMilliseconds(1000));
        Assert.That(_logs.Folders(), Does.Not.Contain("/a Left"), "it would be served if /c fails");
        Assert.That(_logs.Place, Is.EqualTo("/c"));
    }

    [Test]
    public void The_topic_is_deleted_in_the_meantime()
    {
        MoveWithoutSpace();
        _logs.MoveTo("/c");
        _logs.RunAll();
        _logs.Manager.Delete([MovedLogs.Partition]);
        Wait(TimeSpan.FromSeconds(5));
        Assert.That((_logs.Folders(), _logs.Failures.Count), Is.EqualTo((Array.Empty<string>(), 0)));
    }

    [Test]
    public void A_log_moves_back_out_of_the_directory_without_space()
    {
        MoveWithoutSpace();
        Assert.That(_logs.MoveTo("/a"), Is.EqualTo(ErrorCode.None));
        _logs.RunAll();
        _move.Approve();
        for (var seconds = 0; seconds < 10; seconds++)
            Wait(TimeSpan.FromSeconds(1));
        Assert.That((_logs.Place, _logs.Log.LogStartOffset, _logs.Log.LogEndOffset), Is.EqualTo(("/a", 15L, 30L)));
        Assert.That(_logs.Folders(), Is.EquivalentTo(new[] { "/a Current" }));
    }

    [Test]
    public void A_change_without_space_for_its_rename_takes_the_assignment_back()
    {
        var fails = 1;
        _move = new WaitingMove(new MemoryFileSystem(TimeProvider.System), (operation, path) =>
            operation == FileOperation.Rename && path.EndsWith("-future", StringComparison.Ordinal) && fails-- > 0);
        _logs = _move.Logs;
        _move.Approve();
        Assert.That((_logs.Place, _logs.Failures.Count), Is.EqualTo(("/a", 0)));
        Assert.That(_move.Approvals.Withdrawn, Is.EqualTo(_move.Approvals.Requested));
    }

    [Test]
    public void A_second_move_that_is_cancelled_leaves_the_first_as_it_was()
    {
        MoveWithoutSpace();
        _logs.MoveTo("/c");
        _logs.MoveTo("/b");
        Assert.That(_logs.Log.Cleaning.IsPaused, "a gap that compaction leaves is one of the power failure for the next start");
        _move.Broken = "/b";
        _logs.Manager.Maintenance.CheckpointRecoveryPoints();
        _logs.RunAll();
        Assert.That(_logs.Folders(), Does.Contain("/a Stray"));
    }

    [Test]
    public void The_first_move_ends_when_the_directory_fails_during_the_second()
    {
        MoveWithoutSpace();
        _logs.MoveTo("/c");
        _move.Broken = "/b";
        _logs.Manager.Maintenance.CheckpointRecoveryPoints();
        _logs.RunAll();
        Assert.That(_logs.Folders(), Does.Contain("/a Stray"));
    }

    [Test]
    public void Cleaning_goes_on_when_both_moves_are_done()
    {
        MoveWithoutSpace();
        _logs.MoveTo("/c");
        _logs.MoveTo("/b");
        _move.LacksSpace = null;
        Wait(TimeSpan.FromSeconds(5));
        Assert.That((_logs.Place, _logs.Log.Cleaning.IsPaused), Is.EqualTo(("/b", false)));
        Assert.That(_logs.MoveTo("/c"), Is.EqualTo(ErrorCode.None));
        _logs.RunAll();
        _move.Approve();
        Assert.That((_logs.Place, _logs.Log.Cleaning.IsPaused), Is.EqualTo(("/c", false)));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void The_folder_that_a_log_has_left_is_not_served_when_the_new_directory_does_not_work_at_the_next_start(bool isBroken)
    {
        MoveWithoutSpace(static (operation, path) => operation == FileOperation.Write && Path.GetDirectoryName(path) == "/b");
        _logs.Append(10);
        if (isBroken)
            _move.Broken = "/b";
        else
            _move.LacksSpace = static (operation, path) => operation == FileOperation.Write && path[..2] == "/b";
        _logs.Assigned = "/b";
        _logs.Crash();
        Assert.That(_logs.Failures.Single().Directory.Path, Is.EqualTo("/b"), "recovery writes indexes");
        Assert.That(_logs.Manager.Get(MovedLogs.Partition), Is.Null);
        Assert.That(_logs.Manager.IsOffline(MovedLogs.Partition));
        _move.Broken = null;
        Crash();
        Assert.That((_logs.Place, _logs.Log.LogStartOffset, _logs.Log.LogEndOffset), Is.EqualTo(("/b", 15L, 40L)));
    }

    [Test]
    public void The_folder_that_a_log_has_left_is_not_served_when_the_new_directory_is_an_empty_disk()
    {
        MoveWithoutSpace();
        _logs.Manager.Abandon();
        _move.LacksSpace = null;
        _logs.Files.DeleteDirectory("/b/t-0");
        _logs.Assigned = "the disk before";
        _logs.Start();
        Assert.That(_logs.Manager.IsOffline(MovedLogs.Partition));
        Assert.That(_logs.Folders(), Is.EqualTo(new[] { "/a Left" }));
    }

    [Test]
    public void The_old_folder_is_kept_when_the_log_is_closed_by_a_failure_just_before_the_end_of_the_move()
    {
        MoveWithoutSpace();
        Assert.That(_logs.Log.DeleteOldSegments(), Is.GreaterThan(0));
        var isClosing = false;
        _move.LacksSpace = (operation, path) =>
        {
            // The log is closed, and the failure of its truncation is not reported yet.
            if (operation == FileOperation.Delete && path.StartsWith("/b/t-0/", StringComparison.Ordinal) && !isClosing)
            {
                isClosing = true;
                Wait(TimeSpan.FromSeconds(1));
            }
            return operation == FileOperation.SetLength && path.StartsWith("/b/", StringComparison.Ordinal)
                && path.EndsWith(".log", StringComparison.Ordinal);
        };
        Assert.That(() => _logs.Log.TruncateTo(25), Throws.InstanceOf<IOException>());
        Assert.That(isClosing);
        _logs.RunAll();
        Assert.That(_logs.Folders(), Is.EquivalentTo(new[] { "/a Stray", "/b Current" }));
    }

    private void MoveWithoutSpace(Func<FileOperation, string, bool>? lacksSpace = null)
    {
        _move = new WaitingMove(new MemoryFileSystem(TimeProvider.System), lacksSpace ?? WaitingMove.WritesAfterTheChange);
        _logs = _move.Logs;
        _move.Approve();
        Assert.That((_logs.Place, _logs.Failures.Count), Is.EqualTo(("/b", 0)));
        Assert.That(_logs.Folders(), Is.EquivalentTo(new[] { "/a Left", "/b Current" }));
    }

    private void Wait(TimeSpan time)
    {
        _logs.Time.Advance(time);
        _logs.RunAll();
    }

    private void Crash(string assigned = "/b")
    {
        _move.LacksSpace = null;
        _logs.Assigned = assigned;
        _logs.Crash();
    }
}
