using KafkaSharp.Protocol;
using KafkaSharp.Storage.Checkpoints;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Tests.Moving;

/// <summary>
/// A log has changed to another directory, and its old folder is still there when the broker stops. What the log has lost since does not
/// come back out of it, and it is not served without what the log has gained since.
/// </summary>
public sealed class LeftFolderTests
{
    private MemoryFileSystem _files = null!;
    private WaitingMove _move = null!;
    private MovedLogs _logs = null!;

    [TearDown]
    public void Stop() => _logs.Manager.Abandon();

    [Test]
    public async Task Records_that_were_truncated_within_an_epoch_stay_away([Values(29, 20, 16, 0)] long offset, [Values] bool crashes)
    {
        MoveWithoutSpace();
        Assert.That(_logs.Log.TruncateTo(offset));
        await RestartAsync(crashes);
        Assert.That((_logs.Place, _logs.Log.LogStartOffset, _logs.Log.LogEndOffset), Is.EqualTo(("/b", Math.Min(15, offset), offset)));
    }

    [Test]
    public void A_truncation_below_the_start_takes_the_start_of_the_left_folder_with_it()
    {
        MoveWithoutSpace();
        _logs.Log.TruncateTo(10);
        _logs.Append(10, epoch: 1);
        Restart("/b");
        Assert.That((_logs.Place, _logs.Log.LogEndOffset), Is.EqualTo(("/b", 20L)));
        Assert.That(_logs.Log.LogStartOffset, Is.LessThanOrEqualTo(10), "the records of the other epoch were not deleted");
    }

    [Test]
    public async Task All_records_are_truncated([Values(100, 5, 20)] long start, [Values] bool crashes)
    {
        MoveWithoutSpace();
        _logs.Log.TruncateFullyAndStartAt(start);
        await RestartAsync(crashes);
        Assert.That((_logs.Place, _logs.Log.LogStartOffset, _logs.Log.LogEndOffset), Is.EqualTo(("/b", start, start)));
    }

    [Test]
    public void What_is_truncated_in_two_left_folders_stays_away()
    {
        MoveWithoutSpace();
        MoveOn("/c");
        _logs.Log.TruncateTo(20);
        Restart("/c");
        Assert.That((_logs.Place, _logs.Log.LogStartOffset, _logs.Log.LogEndOffset), Is.EqualTo(("/c", 15L, 20L)));
    }

    [Test]
    public void The_saved_start_of_the_left_folder_is_not_above_the_end_that_a_truncation_gives_it()
    {
        MoveWithoutSpace();
        _logs.Log.TruncateTo(20);
        _logs.Append(10, epoch: 1);
        _logs.Log.IncrementLogStartOffset(25);
        _logs.Manager.Maintenance.CheckpointLogStartOffsets();
        var saved = new OffsetCheckpointFile(_files, "/a/" + OffsetCheckpointFile.LogStartOffset).Read();
        Assert.That(saved[MovedLogs.Partition], Is.EqualTo(20), "a start would delete the records below it");
    }

    [Test]
    public void A_log_is_not_truncated_when_its_left_folder_cannot_be([Values] bool isFull)
    {
        MoveWithoutSpace();
        if (isFull)
            _move.LacksSpace = static (operation, path) => operation == FileOperation.SetLength && path[..2] == "/a";
        else
            _move.Broken = "/a";
        Assert.That(() => _logs.Log.TruncateTo(20), Throws.InstanceOf<IOException>());
        Assert.That((_logs.Log.LogEndOffset, _logs.Failures.Count), Is.EqualTo((30L, isFull ? 0 : 1)));
        (_move.LacksSpace, _move.Broken) = (null, null);
        if (isFull)
            Assert.That(_logs.Log.TruncateTo(20));
        Assert.That(_logs.Place, Is.EqualTo("/b"));
    }

    [Test]
    public void All_records_are_deleted([Values] bool flushes, [Values(0, 1)] int epoch)
    {
        MoveWithoutSpace("replication-offset-checkpoint");
        _logs.Append(2, epoch);
        _logs.Log.IncrementLogStartOffset(32);
        _logs.Log.DeleteOldSegments();
        if (flushes)
            _logs.Log.Flush();
        _logs.Manager.Maintenance.CheckpointLogStartOffsets();
        Restart("/b");
        Assert.That((_logs.Place, _logs.Log.LogStartOffset, _logs.Log.LogEndOffset), Is.EqualTo(("/b", 32L, 32L)));
    }

    [Test]
    public void A_left_folder_that_kept_its_name_is_not_served_when_the_new_directory_does_not_work()
    {
        Prepare();
        _move.LacksSpace = static (operation, path) =>
            LacksSpace(operation, path) || (operation == FileOperation.Rename && path == "/a/t-0");
        _move.Approve();
        Assert.That(_logs.Folders(), Is.EquivalentTo(new[] { "/a Current", "/b Current" }));
        _logs.Append(10);
        _move.Broken = "/b";
        Restart("/b");
        Assert.That(_logs.Manager.Get(MovedLogs.Partition), Is.Null);
        Assert.That(_logs.Manager.IsOffline(MovedLogs.Partition));
        Assert.That(_logs.Folders(), Does.Contain("/a Current"));
        _move.Broken = null;
        Restart("/b");
        Assert.That((_logs.Place, _logs.Log.LogStartOffset, _logs.Log.LogEndOffset), Is.EqualTo(("/b", 15L, 40L)));
    }

    [Test]
    public void The_names_in_the_new_directory_cannot_be_flushed_for_lack_of_space()
    {
        Prepare();
        var fails = 1;
        _move.LacksSpace = (operation, path) => operation == FileOperation.Flush && path == "/b" && fails-- > 0;
        _move.Approve();
        _logs.Time.Advance(TimeSpan.FromSeconds(5));
        _logs.RunAll();
        Assert.That(_logs.Failures.Single().Directory.Path, Is.EqualTo("/b"), "a second flush would prove nothing");
        Assert.That(_logs.Folders(), Is.EquivalentTo(new[] { "/a Stray", "/b Current" }));
    }

    [Test]
    public void A_start_finds_many_left_folders([Values] bool losesTheLog, [Values] bool isDeleted)
    {
        MoveWithoutSpace();
        MoveOn("/a");
        MoveOn("/c");
        MoveOn("/b");
        MoveOn("/a");
        Assert.That(_logs.Folders().Count(folder => folder.EndsWith("Left", StringComparison.Ordinal)), Is.EqualTo(5));
        var content = _logs.Content();
        _logs.Manager.Abandon();
        if (losesTheLog)
            _files.DeleteDirectory("/a/t-0");
        _move.LacksSpace = null;
        _logs.Assigned = "/a";
        _logs.Start();
        _logs.RunAll();
        Assert.That((_logs.Content(), _logs.Failures.Count), Is.EqualTo((content, 0)));
        if (isDeleted)
            _logs.Manager.Delete([MovedLogs.Partition]);
        _logs.RunAll();
        _logs.Time.Advance(TimeSpan.FromMinutes(2));
        _logs.RunAll();
        Assert.That(
            _logs.Folders().Count(folder => !folder.EndsWith("Stray", StringComparison.Ordinal)), Is.EqualTo(isDeleted ? 0 : 1));
    }

    private static bool LacksSpace(FileOperation operation, string path) =>
        operation == FileOperation.Write && path.Contains("/log-start-offset-checkpoint", StringComparison.Ordinal);

    private void Prepare()
    {
        _files = new MemoryFileSystem(TimeProvider.System);
        _move = new WaitingMove(_files);
        _logs = _move.Logs;
    }

    private void MoveWithoutSpace(string checkpoint = "log-start-offset-checkpoint")
    {
        Prepare();
        _move.LacksSpace = (operation, path) =>
            operation == FileOperation.Write && path.StartsWith("/b/" + checkpoint, StringComparison.Ordinal);
        _move.Approve();
        Assert.That((_logs.Place, _logs.Failures.Count), Is.EqualTo(("/b", 0)));
        Assert.That(_logs.Folders(), Is.EquivalentTo(new[] { "/a Left", "/b Current" }));
    }

    private void MoveOn(string directory)
    {
        _move.LacksSpace = null;
        Assert.That(_logs.MoveTo(directory), Is.EqualTo(ErrorCode.None));
        _move.LacksSpace = LacksSpace;
        _logs.RunAll();
        _move.Approve();
        Assert.That((_logs.Place, _logs.Failures.Count), Is.EqualTo((directory, 0)));
    }

    private void Restart(string assigned)
    {
        _move.LacksSpace = null;
        _logs.Assigned = assigned;
        _logs.Crash();
    }

    private async Task RestartAsync(bool crashes)
    {
        _move.LacksSpace = null;
        _logs.Assigned = "/b";
        if (crashes)
        {
            _logs.Crash();
        }
        else
        {
            await _logs.Manager.ShutdownAsync();
            _logs.Start();
        }
        Assert.That(_logs.Failures, Is.Empty);
    }
}
