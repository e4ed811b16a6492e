using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Storage.Logs;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Manager;

/// <summary>
/// Decides at start, when the metadata is known, what becomes of the folders that a move between log directories has left when the broker
/// stopped. Nothing is deleted: what is not used is renamed to -stray. Called under the manager's lock.
/// </summary>
internal sealed class InterruptedMoves(
    LogManagerOptions options, LogRegistry registry, LogFolders folders, LogMoves moves, Action<Action> background, ILogger logger,
    Func<PartitionLog, bool> isStray, Func<PartitionLog, bool> isAssigned, Func<PartitionLog, bool> isElsewhere)
{
    /// <summary>
    /// Sets one of two logs of a partition aside: the one that is a stray, or whose topic is not known; after a move, the one that ends
    /// earlier, because the log has continued in the other directory.
    /// </summary>
    /// <param name="duplicates">Logs of partitions that have another log, open.</param>
    /// <param name="added">Called with each that takes the place of the other one.</param>
    public List<TopicPartition> ResolveDuplicates(IEnumerable<PartitionLog> duplicates, Action<PartitionLog> added)
    {
        List<TopicPartition> partitions = [];
        foreach (var log in duplicates)
        {
            var (partition, other) = (log.TopicPartition, registry.Find(log.TopicPartition));
            partitions.Add(partition);
            if (isStray(log) || (other is not null && !IsBetter(log, other)))
            {
                if (other is not null && IsOfSameTopic(log, other))
                    KeepDeletions(other, log);
                SetAside(log);
                continue;
            }
            var isLeft = LogDirectoryName.IsLeft(log);
            if (isLeft && other is null && (isElsewhere(log) || registry.Directories.Any(directory => directory.IsOffline)))
            {
                KeepLeft(log);
                continue;
            }
            if (other is not null)
                registry.Remove(partition);
            added(log);
            registry.TryAdd(log, registry.DirectoryOf(log.Directory));
            if (other is not null)
                Replace(other, log);
            if (isLeft)
                TakeBack(log, registry.DirectoryOf(log.Directory));
        }
        return partitions;
    }

    /// <summary>
    /// Does not serve logs that the metadata assign to a directory that is not here, while one has failed: the log has moved there, and
    /// there was no space, or no time, to rename the folder that it has left. Kafka does not open such a log.
    /// </summary>
    public void CloseLeftUnderTheirOldNames()
    {
        if (!registry.Directories.Any(directory => directory.IsOffline))
            return;
        foreach (var log in registry.Logs.Where(isElsewhere))
        {
            registry.Remove(log.TopicPartition);
            KeepLeft(log);
        }
    }

    /// <summary>
    /// Sets future replicas aside that have nothing to become. One without a log becomes the log if the metadata assign it to its directory
    /// and no directory has failed, where the log could be.
    /// </summary>
    public void ResolveFutures()
    {
        foreach (var future in registry.Futures)
        {
            var partition = future.TopicPartition;
            if (isStray(future))
            {
                moves.Remove(partition, LogDirectoryKind.Stray);
            }
            else if (registry.Find(partition) is { } current)
            {
                if (registry.DirectoryOf(current.Directory) == registry.DirectoryOf(future.Directory) || current.TopicId != future.TopicId)
                {
                    moves.Remove(partition, LogDirectoryKind.Stray);
                    current.Cleaning.Resume();
                }
            }
            else if (!registry.Directories.Any(directory => directory.IsOffline))
            {
                if (isAssigned(future))
                    Promote(future, registry.DirectoryOf(future.Directory));
                else
                    moves.Remove(partition, LogDirectoryKind.Stray);
            }
        }
    }

    private void Replace(PartitionLog other, PartitionLog log)
    {
        if (IsOfSameTopic(log, other))
        {
            KeepDeletions(log, other);
            logger.InterruptedMoveResolved(log.TopicPartition, log.Directory, other.Directory);
        }
        SetAside(other);
    }

    // It lacks what was appended in the other directory, where the next start may find it.
    private void KeepLeft(PartitionLog log)
    {
        var partition = log.TopicPartition;
        registry.SetOffline(partition, registry.DirectoryOf(log.Directory));
        logger.LeftLogNotServed(partition, log.Directory, partition.ToString());
        log.CloseAbruptly();
    }

    // A power failure has taken what the log had in the other directory. The checkpoints are not those of this folder.
    private void TakeBack(PartitionLog log, LogDirectory directory)
    {
        var isDone = registry.TryRun(directory, () =>
        {
            log.RenameDirectory(Path.Combine(directory.Path, log.TopicPartition.ToString()));
            options.FileSystem.FlushDirectory(directory.Path);
        });
        if (isDone)
            registry.SaveLoweredOffsets(directory, Checkpoints.All);
    }

    // A stop between the change to the new directory and its checkpoints leaves the log start offset only in those of the old one: what
    // DeleteRecords has removed would be back. It is saved before the old log is set aside.
    private void KeepDeletions(PartitionLog log, PartitionLog other)
    {
        var start = other.LogStartOffset;
        if (start <= log.LogStartOffset || !HasSameRecordAt(start, log, other))
            return;
        log.UpdateHighWatermark(Math.Max(log.HighWatermark, start));
        log.IncrementLogStartOffset(start);
        registry.SaveCheckpoints(registry.DirectoryOf(log.Directory), Checkpoints.LogStartOffsets);
    }

    // Otherwise the log was truncated since the change and has the records of another leader, which nobody has deleted. An epoch that is
    // not known was deleted with its records.
    private static bool HasSameRecordAt(long start, PartitionLog log, PartitionLog other) => start <= log.LogEndOffset
        && (other.EpochForOffset(start) is not { } epoch
            || log.EpochForOffset(Math.Min(start, other.LogEndOffset - 1)) is not { } own || own == epoch);

    private static bool IsOfSameTopic(PartitionLog log, PartitionLog other) => log.TopicId is not null && log.TopicId == other.TopicId;

    private bool IsBetter(PartitionLog log, PartitionLog other)
    {
        if (!IsOfSameTopic(log, other))
            return other.TopicId is null && log.TopicId is not null;
        var (end, otherEnd) = (EndOf(log, other), EndOf(other, log));
        return end == otherEnd ? isAssigned(log) && !LogDirectoryName.IsLeft(log) : end.CompareTo(otherEnd) > 0;
    }

    // Where the log ends, or a power failure has taken a segment in the middle of it, whose records the other one has.
    private static (int Epoch, long Offset) EndOf(PartitionLog log, PartitionLog other)
    {
        var end = log.LogEndOffset;
        foreach (var (before, after) in log.Segments.Snapshot.Zip(log.Segments.Snapshot.Skip(1)))
        {
            var gap = before.ReadNextOffset();
            if (gap < after.BaseOffset && HasRecords(other, gap, after.BaseOffset))
            {
                end = gap;
                break;
            }
        }
        return (log.EpochForOffset(end - 1) ?? -1, end);
    }

    private static bool HasRecords(PartitionLog log, long from, long to)
    {
        if (from < log.LogStartOffset || from >= log.LogEndOffset)
            return false;
        using var read = log.Read(from, 1, FetchIsolation.LogEnd, minOneMessage: true, copy: true);
        return read.Records.Length > 0 && new RecordBatchHeader(read.Records.Span).BaseOffset < to;
    }

    private void SetAside(PartitionLog log)
    {
        var directory = registry.DirectoryOf(log.Directory);
        folders.SetAside(log, directory, LogDirectoryKind.Stray);
        background(() => folders.SaveRemovals(directory));
    }

    private void Promote(PartitionLog future, LogDirectory directory) => registry.TryRun(directory, () =>
    {
        var partition = future.TopicPartition;
        future.RenameDirectory(Path.Combine(directory.Path, partition.ToString()));
        options.FileSystem.FlushDirectory(directory.Path);
        registry.OnPromoted(partition);
        logger.FutureReplicaPromoted(partition, directory.Path, future.LogEndOffset);
    });
}
