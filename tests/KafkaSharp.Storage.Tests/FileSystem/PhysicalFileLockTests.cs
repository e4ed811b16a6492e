using System.Diagnostics;

namespace KafkaSharp.Storage.Tests.FileSystem;

public sealed class PhysicalFileLockTests
{
    /// <summary>Python's lockf is the fcntl lock that a JVM's FileChannel.tryLock takes.</summary>
    [Test]
    [Platform("Linux")]
    public void Another_process_finds_the_posix_lock_held()
    {
        if (!File.Exists("/usr/bin/python3"))
            Assert.Ignore("python3 is not installed");
        using var folder = new TestFolder();
        using (folder.Files.TryLock(folder[".lock"]))
            Assert.That(LockFromAnotherProcess(folder[".lock"]), Is.EqualTo("held"));
        Assert.That(LockFromAnotherProcess(folder[".lock"]), Is.EqualTo("free"));
    }

    [Test]
    public void A_lock_that_could_not_be_tried_for_can_be_taken_later()
    {
        using var folder = new TestFolder();
        var path = Path.Combine(folder["missing"], ".lock");
        Assert.That(() => folder.Files.TryLock(path), Throws.InstanceOf<IOException>());
        folder.Files.CreateDirectory(folder["missing"]);
        using var held = folder.Files.TryLock(path);
        Assert.That(held, Is.Not.Null);
    }

    private static string LockFromAnotherProcess(string path)
    {
        const string Script = """
            import fcntl, sys
            try:
                fcntl.lockf(open(sys.argv[1], 'r+'), fcntl.LOCK_EX | fcntl.LOCK_NB)
                print('free')
            except OSError:
                print('held')
            """;
        var start = new ProcessStartInfo("/usr/bin/python3") { RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(Script);
        start.ArgumentList.Add(path);
        using var process = Process.Start(start)!;
        return process.StandardOutput.ReadToEnd().Trim();
    }
}
