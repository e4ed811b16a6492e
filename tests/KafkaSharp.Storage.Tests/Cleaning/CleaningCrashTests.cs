using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;
using KafkaSharp.Storage.Tests.FileSystem;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Storage.Tests.Cleaning;

/// <summary>
/// A compaction, or the division of a segment, is interrupted at each call of the file system, by a call that fails, a crash or a power
/// failure, and so is the start after it. In the end consumers find the same values as before, no record is there that was not, and the
/// next compaction ends as one without interruption.
/// </summary>
public sealed class CleaningCrashTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly Random _random = new(4);
    private int _calls;
    private int _failingCall;
    private bool _failsOnce;

    public enum Change
    {
        Compaction,
        Split,
    }

    [Test]
    public void A_call_fails_and_the_broker_crashes([Values] Change change, [Values(0, 60_000)] int deleteDelayMs, [Values] bool once)
    {
        var expected = Undisturbed(change);
        var runs = 0;
        for (var failing = 0; ; failing++, runs++)
        {
            var files = new FaultyFileSystem(new MemoryFileSystem(_time), Fault);
            if (!Interrupt(change, files, failing, deleteDelayMs, once, out var before))
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
    public void The_power_fails([Values] Change change)
    {
        var expected = Undisturbed(change);
        for (var failing = 0; ; failing++)
        {
            var disk = NewDisk();
            if (!Interrupt(change, new FaultyFileSystem(disk, Fault), failing, failing % 2 * 60_000, failing % 4 < 2, out var before))
                return;
            for (var i = 0; i < 32; i++)
            {
                using var log = CleanedLog.Open(disk.LosePower(_random), _time, isClean: false, before.RecoveryPoint);
                Check(log, before, expected, $"call {failing}, attempt {i}", cleans: i == 0);
            }
        }
    }

    [Test]
    public void The_start_after_a_power_failure_is_interrupted_too([Values] Change change)
    {
        var expected = Undisturbed(change);
        for (var failing = 0; ; failing++)
        {
            var disk = NewDisk();
            if (!Interrupt(change, new FaultyFileSystem(disk, Fault), failing, 60_000, once: false, out var before))
                return;
            var found = disk.LosePower(_random);
            if (!found.EnumerateFiles(CleanedLog.Folder).Any(path => path.EndsWith(".swap", StringComparison.Ordinal)))
                continue;
            InterruptStarts(found, before, expected, $"call {failing}");
            InterruptNextCleaning(found.LosePower(_random), before, expected, $"call {failing}");
        }
    }

    [Test]
    public void A_start_that_divides_a_segment_is_interrupted()
    {
        var expected = Undisturbed(Change.Split);
        var disk = NewDisk();
        Assert.That(Interrupt(Change.Split, new FaultyFileSystem(disk, Fault), 0, 60_000, once: false, out var before), Is.True);
        InterruptStarts(disk.LosePower(_random), before with { RecoveryPoint = 0 }, expected, "recovery");
    }

    /// <summary>The start has completed the replacement, and the next one begins with files of the same names.</summary>
    private void InterruptNextCleaning(SimulatedFileSystem disk, Before before, List<long> expected, string place)
    {
        using var log = CleanedLog.Open(new FaultyFileSystem(disk, Fault), _time, isClean: false, before.RecoveryPoint);
        (_calls, _failingCall, _failsOnce) = (0, 12, false);
        Assert.That(() => CleanedLog.Clean(log), Throws.InstanceOf<IOException>());
        log.CloseAbruptly();
        _failingCall = int.MaxValue;
        for (var i = 0; i < 8; i++)
        {
            using var found = CleanedLog.Open(disk.LosePower(_random), _time, isClean: false, before.RecoveryPoint);
            Check(found, before, expected, $"{place}, the cleaning after the start", cleans: false);
        }
    }

    private void InterruptStarts(SimulatedFileSystem found, Before before, List<long> expected, string place)
    {
        for (var failing = 0; ; failing++)
        {
            // What a power failure has left is durable, so that this one gives a copy.
            var disk = found.LosePower(_random);
            (_calls, _failingCall, _failsOnce) = (0, failing, false);
            try
            {
                CleanedLog.Open(new FaultyFileSystem(disk, Fault), _time, isClean: false, before.RecoveryPoint).CloseAbruptly();
            }
            catch (IOException)
            {
            }
            var wasInterrupted = _calls > failing;
            _failingCall = int.MaxValue;
            using var log = CleanedLog.Open(
                failing % 3 == 0 ? disk.Kill() : disk.LosePower(_random), _time, isClean: false, before.RecoveryPoint);
            Check(log, before, expected, $"{place}, call {failing} of the start", cleans: false);
            if (!wasInterrupted)
                return;
        }
    }

    private static SimulatedFileSystem NewDisk()
    {
        var disk = new SimulatedFileSystem();
        disk.CreateDirectory("/data");
        disk.FlushDirectory("/");
        return disk;
    }

    private PartitionLog Create(Change change, IFileSystem files, int deleteDelayMs = 60_000) => change == Change.Split
        ? CleanedLog.CreateToBeSplit(files, _time, deleteDelayMs)
        : CleanedLog.Create(files, _time, seed: 3, deleteDelayMs);

    private List<long> Undisturbed(Change change)
    {
        using var log = Create(change, new MemoryFileSystem(_time));
        var before = CommittedView.Offsets(log);
        Assert.That(CleanedLog.Clean(log), Is.EqualTo(change == Change.Compaction));
        var after = CommittedView.Offsets(log);
        Assert.That(after, change == Change.Split ? Is.EqualTo(before) : Has.Count.LessThan(before.Count * 3 / 4));
        return after;
    }

    /// <summary>Compacts until a call fails; false if there is no such call.</summary>
    private bool Interrupt(Change change, IFileSystem files, int failing, int deleteDelayMs, bool once, out Before before)
    {
        _failingCall = int.MaxValue;
        var log = Create(change, files, deleteDelayMs);
        before = new Before(CommittedView.Of(log), CommittedView.Offsets(log), log.LogEndOffset, log.RecoveryPoint);
        (_calls, _failingCall, _failsOnce) = (0, failing, once);
        try
        {
            // The second time it begins with files of the names that the first time has used.
            CleanedLog.Clean(log);
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
        Assert.That(CleanedLog.Clean(log) || CleanedLog.Clean(log), Is.True, place);
        Assert.That(CommittedView.Of(log), Is.EquivalentTo(before.Values), place);
        Assert.That(CommittedView.Offsets(log), Is.SubsetOf(found), place);
    }

    private IOException? Fault(FileOperation operation, string path) =>
        _calls++ is var call && (call == _failingCall || (call > _failingCall && !_failsOnce))
            ? new IOException($"Input/output error in {operation} of {path}", 5) : null;

    private sealed record Before(Dictionary<string, string> Values, List<long> Offsets, long EndOffset, long RecoveryPoint);
}
