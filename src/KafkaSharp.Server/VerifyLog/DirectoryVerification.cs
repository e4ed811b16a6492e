using KafkaSharp.Server.DumpLog.Records;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Manager;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Server.VerifyLog;

/// <summary>
/// Verifies a data directory: reads each batch and what is kept beside (indexes, epochs, producers, checkpoints), says what a start of the
/// broker would change, and what would still be wrong then. It writes nothing: all runs on copies in memory of what changes.
/// </summary>
/// <param name="output">Where it prints.</param>
/// <param name="progress">Shows how far it is.</param>
/// <param name="time">The clock.</param>
/// <param name="random">For the start.</param>
internal sealed class DirectoryVerification(IVerifyOutput output, VerifyProgress progress, TimeProvider time, Random random)
{
    private readonly HashSet<string> _faulty = new(StringComparer.Ordinal);
    private long _faults;
    private long _remaining;

    /// <summary>Verifies a directory.</summary>
    /// <param name="path">A data directory (one of log.dirs), or the folder of a partition in one.</param>
    /// <returns>Whether nothing is wrong.</returns>
    /// <exception cref="DumpException">It is neither.</exception>
    public bool Run(string path)
    {
        var (directory, only) = Locate(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        var files = new MemoryFileSystem(time);
        files.AddFolder(directory, directory, path => IsIncluded(path, only));
        var partitions = Partitions(files, directory, OnFault);
        var bytes = Size(files, partitions);
        output.Begin(directory, partitions.Count, bytes, IsInUse(directory));
        var counts = new VerifiedCounts();
        progress.Begin(bytes, counts);
        foreach (var partition in partitions)
            Check(files, partition, OnFault, counts);
        progress.Clear();
        var changes = Rehearse(files, directory);
        output.End(new VerifySummary(counts, _faults, changes, _remaining));
        return _faults == 0;

        void OnFault(Fault fault)
        {
            _faults++;
            progress.Clear();
            output.Fault(fault);
        }
    }

    private void Check(IFileSystem files, PartitionFolder partition, Action<Fault> report, VerifiedCounts counts)
    {
        new PartitionCheck(files, OnFault, counts, progress.Show).Run(partition);

        void OnFault(Fault fault)
        {
            _faulty.Add(partition.Path);
            report(fault);
        }
    }

    /// <summary>Gives the number of changes. Partitions in which something was wrong are read again as they are after the start.</summary>
    private int Rehearse(MemoryFileSystem files, string directory)
    {
        IReadOnlyList<string> changes;
        try
        {
            changes = StartRehearsal.Run(files, directory, time, random);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            output.StartFails(exception.Message);
            return 0;
        }
        foreach (var change in changes)
            output.Change(change);
        var faulty = _faulty.ToHashSet(StringComparer.Ordinal);
        foreach (var partition in Partitions(files, directory, OnRemaining).Where(partition => faulty.Contains(partition.Path)))
            Check(files, partition, OnRemaining, new VerifiedCounts());
        return changes.Count;

        void OnRemaining(Fault fault)
        {
            _remaining++;
            output.Remaining(fault);
        }
    }

    private static IReadOnlyList<PartitionFolder> Partitions(IFileSystem files, string directory, Action<Fault> report) =>
        new DirectoryContents(files, directory, report).Partitions();

    private static (string Directory, string? Partition) Locate(string path)
    {
        if (!Directory.Exists(path))
            throw new DumpException($"There is no directory {path}");
        if (IsPartition(path) && Directory.EnumerateFiles(path, "*" + LogFileNames.LogSuffix).Any())
            return (Path.GetDirectoryName(path)!, path);
        if (Directory.EnumerateDirectories(path).Any(IsPartition)
            || File.Exists(Path.Combine(path, Storage.Checkpoints.MetaProperties.Name)))
            return (path, null);
        throw new DumpException($"{path} is no data directory: it has neither meta.properties nor the folder of a partition");
    }

    private static bool IsPartition(string folder) => LogDirectoryName.TryParse(Path.GetFileName(folder), out _);

    private static bool IsIncluded(string path, string? onlyPartition) =>
        Path.GetFileName(path) != LogDirectory.LockFileName
        && (onlyPartition is null || path == onlyPartition || Path.GetDirectoryName(path) == onlyPartition || !Directory.Exists(path));

    private static long Size(IFileSystem files, IEnumerable<PartitionFolder> partitions) => partitions.Sum(
        partition => files.EnumerateFiles(partition.Path).Where(LogFileNames.IsLog).Sum(files.GetLength));

    private static bool IsInUse(string directory)
    {
        var path = Path.Combine(directory, LogDirectory.LockFileName);
        if (!File.Exists(path))
            return false;
        try
        {
            using var held = PhysicalFileSystem.Instance.TryLock(path);
            return held is null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
