using KafkaSharp.Protocol;
using KafkaSharp.Storage.Epochs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Storage.Tests.Logs;

/// <summary>The folder of a log is renamed, as for a deletion, while other threads write files in it.</summary>
public sealed class RenameTests
{
    private const string Before = "/data/t-0";
    private const string After = "/data/t-0.0123-delete";

    [Test]
    public void A_rename_waits_until_the_epochs_are_written()
    {
        Thread? renaming = null;
        PartitionLog? log = null;
        var files = new FaultyFileSystem(new MemoryFileSystem(TimeProvider.System), (operation, path) =>
        {
            if (operation == FileOperation.Flush && path.EndsWith("leader-epoch-checkpoint.tmp", StringComparison.Ordinal)
                && renaming is null)
            {
                renaming = new Thread(() => log!.RenameDirectory(After));
                renaming.Start();
                SpinWait.SpinUntil(() => renaming.ThreadState != ThreadState.Running && renaming.ThreadState != ThreadState.Unstarted);
            }
            return null;
        });
        using (log = Open(files))
        {
            Assert.That(log.AppendAsLeader(TestLog.Batch(), leaderEpoch: 3).ErrorCode, Is.EqualTo(ErrorCode.None));
            log.FlushLeaderEpochs();
            renaming!.Join();
            Assert.That(LeaderEpochCache.Open(files, After).Entries, Is.EqualTo(new[] { new EpochEntry(3, 0) }));
            Assert.That(files.DirectoryExists(Before), Is.False);
        }
    }

    [Test]
    public void A_deleted_folder_gets_no_file_any_more()
    {
        var files = new MemoryFileSystem(TimeProvider.System);
        var log = Open(files);
        Assert.That(log.AppendAsLeader(TestLog.Batch(), leaderEpoch: 3).ErrorCode, Is.EqualTo(ErrorCode.None));
        log.RenameDirectory(After);
        log.Delete();
        files.CreateDirectory(After);
        log.FlushLeaderEpochs();
        Assert.That(files.EnumerateFiles(After), Is.Empty);
    }

    private static PartitionLog Open(IFileSystem files) => PartitionLog.Open(new PartitionLogOptions
    {
        FileSystem = files,
        Directory = Before,
        TopicPartition = new TopicPartition("t", 0),
        Random = new Random(1),
        HadCleanShutdown = true,
        Background = work => work(),
    });
}
