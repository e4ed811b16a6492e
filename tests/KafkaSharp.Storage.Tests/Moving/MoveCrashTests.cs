using KafkaSharp.Protocol;
using KafkaSharp.Storage.FileSystem;
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
    public void Deleted_records_do_not_come_back(bool isPowerFailure)
    {
        for (var deletion = 0; deletion < 9; deletion++)
        {
            for (var call = 0L; Interrupt(call, isPowerFailure, seed: 1, deletion);)
                call++;
        }
    }

    /// <summary>Runs a move up to a call, and what comes after; false if there is no such call.</summary>
    private static bool Interrupt(long call, bool isPowerFailure, int seed, int deletion = -1)
    {
        long start = 0;
        var place = $"call {call}, seed {seed}";
        var random = new Random(seed * 1000 + (int)call);
        var files = new SimulatedFileSystem(random);
        foreach (var directory in (string[])["/a", "/b", "/c"])
            files.CreateDirectory(directory);
        files.FlushDirectory("/");
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
                if (step == deletion)
                {
                    logs.Log.IncrementLogStartOffset(15);
                    acknowledged = logs.Content();
                    logs.Manager.Maintenance.CheckpointLogStartOffsets();
                    start = 15;
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
        Assert.That(logs.Log.LogStartOffset, Is.GreaterThanOrEqualTo(start), $"{place}, deletion {deletion}");
        Assert.That(
            logs.Content().SkipWhile(record => record.Offset < acknowledged[0].Offset).Take(acknowledged.Count), Is.EqualTo(acknowledged),
            place);

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
