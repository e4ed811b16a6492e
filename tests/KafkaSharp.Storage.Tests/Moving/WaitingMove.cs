using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Tests.FileSystem;

namespace KafkaSharp.Storage.Tests.Moving;

/// <summary>
/// A log of 30 records that was copied from /a to /b, and whose change waits for its approval. Half of the records were deleted in the
/// meantime, which only the checkpoint of /a says. Some calls can lack space from then on.
/// </summary>
internal sealed class WaitingMove
{
    /// <summary>Where the log begins.</summary>
    public const long Start = 15;

    /// <summary>The writes to /b after the log has changed to it: not those to the future replica.</summary>
    public static readonly Func<FileOperation, string, bool> WritesAfterTheChange = static (operation, path) =>
        operation == FileOperation.Write && Path.GetDirectoryName(path) is "/b" or "/b/t-0";

    public WaitingMove(IFileSystem files, Func<FileOperation, string, bool>? lacksSpace = null)
    {
        Logs = new MovedLogs(new FaultyFileSystem(files, Fault));
        Logs.Manager.MoveApproval = Approvals;
        Logs.Append(30);
        Logs.Log.Flush();
        Logs.MoveTo("/b");
        Logs.RunAll();
        Logs.Log.IncrementLogStartOffset(Start);
        LacksSpace = lacksSpace;
        Logs.Manager.Maintenance.CheckpointLogStartOffsets();
        Logs.RunAll();
    }

    public MovedLogs Logs { get; }

    public Approvals Approvals { get; } = new();

    /// <summary>Which calls find no space; null: none.</summary>
    public Func<FileOperation, string, bool>? LacksSpace { get; set; }

    /// <summary>A directory in which all calls fail; null: none.</summary>
    public string? Broken { get; set; }

    /// <summary>Approves the last move, and runs it.</summary>
    public void Approve()
    {
        Approvals.Requested[^1].Approve();
        Logs.RunAll();
    }

    /// <summary>A disk with the log directories.</summary>
    public static SimulatedFileSystem NewDisk(Random random)
    {
        var files = new SimulatedFileSystem(random);
        foreach (var directory in MovedLogs.Directories)
            files.CreateDirectory(directory);
        files.FlushDirectory("/");
        return files;
    }

    private IOException? Fault(FileOperation operation, string path)
    {
        if (Broken is { } broken && path.StartsWith(broken + "/", StringComparison.Ordinal))
            return new IOException("Input/output error", 5);
        return LacksSpace?.Invoke(operation, path) == true ? new IOException("No space left on device", 28) : null;
    }
}
