using KafkaSharp.Protocol;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Tests.Manager;

/// <summary>What becomes of a log that cannot be compacted: damaged, without space, on a failed disk.</summary>
internal sealed class LogCleanerFaultTests : CleanerFixture
{
    [Test]
    public void A_damaged_log_is_set_aside_and_the_others_go_on()
    {
        var log = Create(Partition);
        var other = Create(Other);
        Append(log, 10);
        Append(other, 10);
        using (var file = Files.OpenFile(log.Segments.All[3].LogPath, StorageFileMode.Open))
            file.Write(file.Length - 1, [0xff]);
        Run();
        Run();
        Assert.That((log.CleanedOffset, other.CleanedOffset), Is.EqualTo((-1L, 9L)));
        Assert.That(Manager.Cleaner.UncleanableCount, Is.EqualTo(1));
        Assert.That(Logger.Lines, Has.One.Contain("t-0 cannot be compacted"));
        Assert.That(Files.EnumerateFiles(log.Directory).Where(f => f.EndsWith(".cleaned", StringComparison.Ordinal)), Is.Empty);
        Assert.That(log.LogEndOffset, Is.EqualTo(10));
    }

    [Test]
    public void A_failed_disk_takes_its_directory_offline()
    {
        var log = Create(Partition);
        Append(log, 10);
        Fault = (operation, path) => operation == FileOperation.Write && path.EndsWith(".log.cleaned", StringComparison.Ordinal)
            ? new IOException("Input/output error", 5) : null;
        Run();
        Assert.That(Manager.IsOffline(Partition), Is.True);
        Manager.Abandon();
        Fault = (_, _) => null;
        Manager = Open();
        Assert.That(Values(Manager.Get(Partition)!), Is.EqualTo("0 1 2 3 4 5 6 7 8 9"));
    }

    [Test]
    public void A_log_is_compacted_when_there_is_space_again()
    {
        var log = Create(Partition);
        Append(log, 10);
        Fault = (operation, path) => operation == FileOperation.Write && path.EndsWith(".log.cleaned", StringComparison.Ordinal)
            ? new IOException("No space left on device", 28) : null;
        Run();
        Assert.That((Manager.IsOffline(Partition), log.CleanedOffset, log.Cleaning.IsUncleanable), Is.EqualTo((false, -1L, false)));
        Assert.That(Files.EnumerateFiles(log.Directory).Where(f => f.EndsWith(".cleaned", StringComparison.Ordinal)), Is.Empty);
        Fault = (_, _) => null;
        Run();
        Assert.That(log.CleanedOffset, Is.EqualTo(9));
    }

    [Test]
    public async Task A_log_without_space_keeps_no_other_log_waiting()
    {
        await Manager.DisposeAsync();
        Directories = ["/a", "/b"];
        Manager = Open();
        var large = Create(Partition);
        var inOtherDirectory = Create(Other);
        var small = Create(new TopicPartition("v", 0));
        Assert.That(
            new[] { large, inOtherDirectory, small }.Select(log => log.Directory), Is.EqualTo(new[] { "/a/t-0", "/b/u-0", "/a/v-0" }));
        Append(large, 20);
        Append(inOtherDirectory, 10);
        Append(small, 10);
        var attempts = 0;
        Fault = (operation, path) =>
        {
            if (operation != FileOperation.Write || path != $"/a/t-0/{0:d20}.log.cleaned")
                return null;
            attempts++;
            return new IOException("No space left on device", 28);
        };
        Run();
        Assert.That((large.CleanedOffset, inOtherDirectory.CleanedOffset, small.CleanedOffset), Is.EqualTo((-1L, 9L, 9L)));
        Assert.That(attempts, Is.EqualTo(1), "the next attempt is after the backoff");
        Fault = (_, _) => null;
        Run();
        Assert.That(large.CleanedOffset, Is.EqualTo(19));
    }

    [Test]
    public async Task Two_threads_try_each_log_without_space_once()
    {
        await Manager.DisposeAsync();
        Broker["log.cleaner.threads"] = "2";
        Manager = Open();
        var small = Create(Other);
        Append(small, 10);
        Run();
        Append(small, 20);
        // The dirtiest, so that the first thread takes it, and the other thread the small one.
        var large = Create(Partition);
        Append(large, 100);
        Dictionary<string, int> attempts = [];
        Fault = (operation, path) =>
        {
            if (operation != FileOperation.Write || !path.EndsWith(".log.cleaned", StringComparison.Ordinal))
                return null;
            attempts[path] = attempts.GetValueOrDefault(path) + 1;
            return new IOException("No space left on device", 28);
        };
        Run();
        Assert.That(attempts.Values, Is.EqualTo(new[] { 1, 1 }), string.Join(' ', attempts));
        Assert.That(attempts.Keys.First(), Does.StartWith(small.Directory), "the large one is the last to fail");
    }

    [Test]
    public void A_log_that_is_closed_is_not_taken()
    {
        var log = Create(Partition);
        Append(log, 10);
        log.CloseAbruptly();
        Assert.That(Task.Run(Run).Wait(TimeSpan.FromSeconds(30)), Is.True);
        Assert.That(log.CleanedOffset, Is.EqualTo(-1));
    }
}
