using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Indexes;

namespace KafkaSharp.Storage.Segments;

/// <summary>
/// The four files of a segment as a whole: renamed, moved, flushed, closed and deleted together. The log's lock guards all calls but the
/// flush.
/// </summary>
internal sealed class SegmentFiles(
    IFileSystem files, IStorageFile log, OffsetIndex offsetIndex, TimeIndex timeIndex, TransactionIndex transactionIndex)
{
    /// <summary>Deletes the files of a segment that is not open; missing ones are ignored.</summary>
    public static void Delete(IFileSystem files, string directory, long baseOffset, string suffix)
    {
        files.DeleteFile(LogFileNames.OffsetIndex(directory, baseOffset, suffix));
        files.DeleteFile(LogFileNames.TimeIndex(directory, baseOffset, suffix));
        files.DeleteFile(LogFileNames.TransactionIndex(directory, baseOffset, suffix));
        files.DeleteFile(LogFileNames.Log(directory, baseOffset, suffix));
    }

    /// <summary>
    /// Makes the indexes again under other names, and renames them when they are durable. The transaction index comes first, because a
    /// missing one means that there are no aborted transactions.
    /// </summary>
    public void RebuildIndexes(string directory, Action rebuild)
    {
        var (offsets, times) = (offsetIndex.Path, timeIndex.Path);
        offsetIndex.StartAgain(offsets + LogFileNames.RebuiltSuffix);
        timeIndex.StartAgain(times + LogFileNames.RebuiltSuffix);
        files.FlushDirectory(directory);
        rebuild();
        Flush();
        files.FlushDirectory(directory);
        offsetIndex.Rename(offsets);
        timeIndex.Rename(times);
        files.FlushDirectory(directory);
    }

    /// <summary>Makes the records durable, without the indexes.</summary>
    public void FlushRecords() => log.Flush();

    /// <summary>Makes everything durable.</summary>
    public void Flush()
    {
        log.Flush();
        offsetIndex.Flush();
        timeIndex.Flush();
        transactionIndex.Flush();
    }

    /// <summary>Renames the files from one suffix to another; missing ones are ignored.</summary>
    public void ChangeSuffix(string from, string to) => Rename(path => Renamed(path, from, to));

    /// <summary>Takes a suffix from the names. Only some have it where a <see cref="ChangeSuffix"/> has failed.</summary>
    public void RemoveSuffix(string suffix) =>
        Rename(path => path.EndsWith(suffix, StringComparison.Ordinal) ? path[..^suffix.Length] : path);

    /// <summary>Sets the paths after the folder was renamed.</summary>
    public void MovedTo(string directory)
    {
        log.Path = In(directory, log.Path);
        offsetIndex.Path = In(directory, offsetIndex.Path);
        timeIndex.Path = In(directory, timeIndex.Path);
        transactionIndex.Path = In(directory, transactionIndex.Path);
    }

    public void Close()
    {
        offsetIndex.Dispose();
        timeIndex.Dispose();
        transactionIndex.Dispose();
        log.Dispose();
    }

    /// <summary>Closes and deletes the files. Bytes that readers hold stay readable.</summary>
    public void Delete()
    {
        Close();
        files.DeleteFile(offsetIndex.Path);
        files.DeleteFile(timeIndex.Path);
        files.DeleteFile(transactionIndex.Path);
        files.DeleteFile(log.Path);
    }

    private void Rename(Func<string, string> rename)
    {
        var path = rename(log.Path);
        files.RenameIfExists(log.Path, path);
        log.Path = path;
        offsetIndex.Rename(rename(offsetIndex.Path));
        timeIndex.Rename(rename(timeIndex.Path));
        transactionIndex.Rename(rename(transactionIndex.Path));
    }

    private static string Renamed(string path, string from, string to) => path.EndsWith(from, StringComparison.Ordinal)
        ? path[..^from.Length] + to
        : throw new InvalidOperationException($"{path} does not end in {from}");

    private static string In(string directory, string path) => Path.Combine(directory, Path.GetFileName(path));
}
