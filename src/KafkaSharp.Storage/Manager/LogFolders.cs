using KafkaSharp.Protocol;
using KafkaSharp.Storage.Logs;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Manager;

/// <summary>
/// Sets the folders of logs aside that are not used any more, by renaming them: to -delete, whose files go later, or to -stray, which are
/// kept. Called under the manager's lock.
/// </summary>
internal sealed class LogFolders(
    LogManagerOptions options, LogRegistry registry, LogDeletions deletions, Action<Action> background, ILogger logger)
{
    /// <summary>
    /// Renames the folder of a log that was removed from the registry. What waits for the disk is done by <see cref="SaveRemovals"/>.
    /// </summary>
    public void SetAside(PartitionLog log, LogDirectory directory, LogDirectoryKind kind)
    {
        directory.OnRemoved(log.TopicPartition);
        if (!registry.TryRun(directory, () => Rename(log, directory, kind)))
            log.CloseAbruptly();
    }

    /// <summary>
    /// Marks the folder that a log has just left for one in another directory: a start must not take it for the log. While there is no
    /// space for the longer name, it keeps the old one.
    /// </summary>
    public void Mark(LeftFolder left, TopicPartition partition, LogDirectory directory) =>
        registry.TryRunUnlessFull(directory, () => left.Rename(NewPath(partition, directory, LogDirectoryKind.Left)));

    /// <summary>Renames the folder that a log has left for one in another directory.</summary>
    public void SetAside(LeftFolder left, TopicPartition partition, LogDirectory directory, LogDirectoryKind kind, long deleteDelayMs)
    {
        directory.OnLeftRemoved(partition);
        if (!registry.TryRun(directory, () => left.SetAside(NewPath(partition, directory, kind))))
            return;
        logger.LogRenamed(partition, left.Path);
        if (kind == LogDirectoryKind.Delete)
            deletions.Schedule(left.Path, left.Close, deleteDelayMs);
        else
            background(left.Close);
    }

    /// <summary>
    /// Makes the renames of removed logs durable, and the checkpoints without them: a partition that is created again under the same name
    /// must not get the offsets of the earlier one. A creation that comes before writes the checkpoints itself.
    /// </summary>
    public void SaveRemovals(LogDirectory directory) => registry.TryRunUnlessFull(directory, () =>
    {
        if (directory.IsOffline)
            return;
        options.FileSystem.FlushDirectory(directory.Path);
        directory.WriteCheckpoints(() => registry.HeldIn(directory));
    });

    /// <summary>
    /// Deletes what the creation of a log has left that had no space: a folder without the id of its topic would stand in the way of the
    /// log elsewhere.
    /// </summary>
    public void DeleteRest(string path)
    {
        try
        {
            if (options.FileSystem.DirectoryExists(path))
                options.FileSystem.DeleteDirectory(path);
        }
        catch (IOException e)
        {
            logger.RestOfCreationNotDeleted(path, e);
        }
    }

    private void Rename(PartitionLog log, LogDirectory directory, LogDirectoryKind kind)
    {
        var path = NewPath(log.TopicPartition, directory, kind);
        log.RenameDirectory(path);
        logger.LogRenamed(log.TopicPartition, path);
        if (kind == LogDirectoryKind.Delete)
            deletions.Schedule(path, log.CloseAbruptly, log.Config.FileDeleteDelayMs);
        else
            background(() => Close(log, directory));
    }

    // What a close writes is missed by nobody: a log that is set aside is opened, if at all, as after a crash.
    private void Close(PartitionLog log, LogDirectory directory)
    {
        if (!registry.TryRunUnlessFull(directory, log.Dispose))
            log.CloseAbruptly();
    }

    private string NewPath(TopicPartition partition, LogDirectory directory, LogDirectoryKind kind)
    {
        lock (options.Random)
            return Path.Combine(directory.Path, LogDirectoryName.Create(partition, kind, options.Random));
    }
}
