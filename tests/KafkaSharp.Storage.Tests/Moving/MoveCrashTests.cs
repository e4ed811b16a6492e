using KafkaSharp.Protocol;
using KafkaSharp.Storage.Tests.FileSystem;

namespace KafkaSharp.Storage.Tests.Moving;

/// <summary>
/// The process is killed, or the power fails, at each call of the file system of a move. After the next start the log has every record that
/// was acknowledged, in the order, and the move ends.
/// </summary>
public sealed class MoveCrashTests
{
    [Test]
    public void The_process_is_killed_at_each_call()
    {
        var calls = 0;
        for (var call = 0L; Interrupt(call, isPowerFailure: false, seed: 1); call++)
            calls++;
        Assert.That(calls, Is.GreaterThan(100));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void The_power_fails_at_each_call(int seed)
    {
        var calls = 0;
        for (var call = 0L; Interrupt(call, isPowerFailure: true, seed); call++)
            calls++;
        Assert.That(calls, Is.GreaterThan(100));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Records_that_were_deleted_during_a_move_do_not_come_back(bool isPowerFailure)
    {
        var calls = 0;
        for (var call = 0L; InterruptAfterDeletion(call, isPowerFailure); call++)
            calls++;
        Assert.That(calls, Is.GreaterThan(20));
    }

    [Test]
    public void A_log_that_leaves_a_directory_without_space_loses_nothing([Values] bool isPowerFailure, [Values("/c", "/a")] string to)
    {
        var calls = 0;
        for (var call = 0L; InterruptSecondMove(call, isPowerFailure, to); call++)
            calls++;
        Assert.That(calls, Is.GreaterThan(50));
    }

    [Test]
    public void No_folder_of_a_topic_that_was_deleted_during_a_move_without_space_comes_back([Range(1, 10)] int seed)
    {
        var random = new Random(seed);
        var files = WaitingMove.NewDisk(random);
        var move = new WaitingMove(files);
        move.LacksSpace = WaitingMove.WritesAfterTheChange;
        move.Approve();
        move.Logs.Manager.Delete([MovedLogs.Partition]);
        move.Logs.RunAll();
        move.Logs.Manager.Abandon();
        move.Logs.Files = files.LosePower(random);
        Assert.That(move.Logs.Folders(), Has.All.EndsWith("Delete"));
    }

    /// <summary>
    /// A move whose end has no space is followed by one to a third directory, or back, and this is interrupted at a call; false if there is
    /// no such call.
    /// </summary>
    private static bool InterruptSecondMove(long call, bool isPowerFailure, string destination)
    {
        var random = new Random((int)call);
        var files = WaitingMove.NewDisk(random);
        var move = new WaitingMove(files);
        var logs = move.Logs;
        var left = logs.Content();
        move.LacksSpace = WaitingMove.WritesAfterTheChange;
        move.Approve();
        Assert.That(logs.Folders(), Is.EquivalentTo(new[] { "/a Left", "/b Current" }));
        files.Arm(DiskFault.PowerCut, call);
        try
        {
            logs.Manager.Maintenance.CheckpointLogStartOffsets();
            logs.MoveTo(destination);
            logs.RunAll();
            move.Approve();
            for (var seconds = 0; seconds < 5; seconds++)
            {
                logs.RunAll();
                logs.Manager.Maintenance.CheckpointLogStartOffsets();
                logs.Time.Advance(TimeSpan.FromSeconds(1));
            }
        }
        catch (PowerCutException)
        {
            // The next process finds what is left.
        }
        var isInterrupted = files.IsOff;
        Abandon(logs);
        logs.Files = isPowerFailure ? files.LosePower(random) : files.Kill();
        logs.Assigned = move.Approvals.Requested[^1].Destination.Path;
        logs.Start();
        Assert.That(logs.Failures, Is.Empty, $"call {call}");
        Assert.That(logs.Content(), Is.EqualTo(left), $"call {call}");
        logs.RunAll();
        Assert.That(logs.Content(), Is.EqualTo(left), $"call {call}");
        logs.Manager.Abandon();
        return isInterrupted;
    }

    // A log that is closed deletes the files that wait for it, which a crash does not.
    private static void Abandon(MovedLogs logs)
    {
        try
        {
            logs.Manager.Abandon();
        }
        catch (PowerCutException)
        {
            // The power is off.
        }
    }

    /// <summary>
    /// Records are deleted while a move waits for its approval, so that their new start is in the checkpoint of the old directory only.
    /// Interrupts what follows at a call; false if there is no such call.
    /// </summary>
    private static bool InterruptAfterDeletion(long call, bool isPowerFailure)
    {
        var random = new Random((int)call);
        var files = WaitingMove.NewDisk(random);
        var move = new WaitingMove(files);
        var logs = move.Logs;
        var left = logs.Content();
        files.Arm(DiskFault.PowerCut, call);
        try
        {
            move.Approve();
        }
        catch (PowerCutException)
        {
            // The next process finds what is left.
        }
        var isInterrupted = files.IsOff;
        logs.Manager.Abandon();
        logs.Files = isPowerFailure ? files.LosePower(random) : files.Kill();
        logs.Assigned = "/b";
        logs.Start();
        Assert.That(logs.Failures, Is.Empty, $"call {call}");
        Assert.That(logs.Content(), Is.EqualTo(left), $"call {call}");
        logs.Manager.Abandon();
        return isInterrupted;
    }

    /// <summary>Runs a move up to a call, and what comes after; false if there is no such call.</summary>
    private static bool Interrupt(long call, bool isPowerFailure, int seed)
    {
        var place = $"call {call}, seed {seed}";
        var random = new Random(seed * 1000 + (int)call);
        var files = WaitingMove.NewDisk(random);
        // Each append is durable before it counts as acknowledged, where the power fails.
        var logs = new MovedLogs(files);
        logs.Append(30);
        logs.Log.Flush();
        logs.RunAll();
        logs.Manager.Maintenance.CheckpointRecoveryPoints();
        var acknowledged = logs.Content();
        logs.MoveTo("/b");
        files.Arm(DiskFault.PowerCut, call);
        try
        {
            for (var step = 0; step < 30; step++)
            {
                if (step % 3 == 0)
                {
                    logs.Append(2);
                    if (isPowerFailure)
                        logs.Log.Flush();
                    acknowledged = logs.Content();
                }
                logs.RunOne();
            }
            logs.RunAll();
            logs.Time.Advance(TimeSpan.FromSeconds(2));
            logs.RunAll();
        }
        catch (PowerCutException)
        {
            // The next process finds what is left.
        }
        var isInterrupted = files.IsOff;
        logs.Manager.Abandon();
        logs.Files = isPowerFailure ? files.LosePower(random) : files.Kill();
        logs.Assigned = "/b";
        logs.Start();
        Assert.That(logs.Failures, Is.Empty, place);
        Assert.That(logs.Content().Take(acknowledged.Count), Is.EqualTo(acknowledged), place);

        logs.Append(3, epoch: 1);
        var content = logs.Content();
        logs.RunAll();
        Assert.That(logs.Content(), Is.EqualTo(content), place);
        Assert.That(logs.Future, Is.Null, place);
        if (logs.Place == "/a")
            Assert.That(logs.MoveTo("/b"), Is.EqualTo(ErrorCode.None), place);
        logs.RunAll();
        Assert.That(logs.Place, Is.EqualTo("/b"), place);
        Assert.That(logs.Content(), Is.EqualTo(content), place);
        logs.Manager.Abandon();
        return isInterrupted;
    }
}
