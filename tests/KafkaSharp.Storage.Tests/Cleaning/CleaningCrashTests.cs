using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Tests.FileSystem;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.Cleaning;

/// <summary>
/// A compaction is interrupted at each call of the file system, by a crash or by a power failure. After a start, consumers find the same
/// values as before, no record is there that was not, and the next compaction ends as one without interruption.
/// </summary>
public sealed class CleaningCrashTests
{
    private const int Seed = 3;

    private readonly ManualTimeProvider _time = new();
    private int _calls;
    private int _failingCall;

    [TestCase(0)]
    [TestCase(60_000)]
    public void A_call_fails_and_the_broker_crashes(int deleteDelayMs)
    {
        var expected = Undisturbed();
        var runs = 0;
        for (var failing = 0; ; failing++, runs++)
        {
            var files = new FaultyFileSystem(new MemoryFileSystem(_time), Fault);
            if (!Interrupt(files, failing, deleteDelayMs, out var before))
                break;
            foreach (var recoveryPoint in new[] { 0, before.RecoveryPoint })
            {
                using var log = CleanedLog.Open(files, _time, isClean: false, recoveryPoint, deleteDelayMs);
                Check(log, before, expected, $"call {failing}", cleans: recoveryPoint > 0);
                log.CloseAbruptly();
            }
        }
        Assert.That(runs, Is.GreaterThan(30));
    }

    [Test]
    public void The_power_fails()
    {
        var expected = Undisturbed();
        var random = new Random(4);
        for (var failing = 0; ; failing++)
        {
            for (var i = 0; i < 8; i++)
            {
                var disk = new PowerLossFileSystem();
                disk.CreateDirectory("/data");
                disk.FlushDirectory("/");
                if (!Interrupt(new FaultyFileSystem(disk, Fault), failing, deleteDelayMs: i % 2 * 60_000, out var before))
                    return;
                using var log = CleanedLog.Open(disk.LosePower(random), _time, isClean: false, before.RecoveryPoint);
                Check(log, before, expected, $"call {failing}, attempt {i}", cleans: true);
            }
        }
    }

    private List<long> Undisturbed()
    {
        using var log = CleanedLog.Create(new MemoryFileSystem(_time), _time, Seed);
        var before = CommittedView.Offsets(log);
        Assert.That(CleanedLog.Clean(log), Is.True);
        var after = CommittedView.Offsets(log);
        Assert.That(after, Has.Count.LessThan(before.Count * 3 / 4));
        return after;
    }

    /// <summary>Compacts until a call fails; false if there is no such call.</summary>
    private bool Interrupt(IFileSystem files, int failing, int deleteDelayMs, out Before before)
    {
        _failingCall = int.MaxValue;
        var log = CleanedLog.Create(files, _time, Seed, deleteDelayMs);
        before = new Before(CommittedView.Of(log), CommittedView.Offsets(log), log.LogEndOffset, log.RecoveryPoint);
        (_calls, _failingCall) = (0, failing);
        try
        {
            CleanedLog.Clean(log);
            return _calls > failing;
        }
        catch (IOException)
        {
            return true;
        }
        finally
        {
            log.CloseAbruptly();
            _failingCall = int.MaxValue;
        }
    }

    private static void Check(PartitionLog log, Before before, List<long> expected, string place, bool cleans)
    {
        var found = CommittedView.Offsets(log);
        Assert.That(found, Is.SubsetOf(before.Offsets).And.Unique, place);
        Assert.That(expected, Is.SubsetOf(found), place);
        Assert.That(CommittedView.Of(log), Is.EquivalentTo(before.Values), place);
        Assert.That(log.LogEndOffset, Is.EqualTo(before.EndOffset), place);
        if (!cleans)
            return;
        Assert.That(CleanedLog.Clean(log), Is.True, place);
        Assert.That(CommittedView.Of(log), Is.EquivalentTo(before.Values), place);
        Assert.That(CommittedView.Offsets(log), Is.SubsetOf(found), place);
    }

    private IOException? Fault(FileOperation operation, string path) =>
        _calls++ >= _failingCall ? new IOException($"Input/output error in {operation} of {path}", 5) : null;

    private sealed record Before(Dictionary<string, string> Values, List<long> Offsets, long EndOffset, long RecoveryPoint);
}
