using KafkaSharp.Storage.Cleaning;
using KafkaSharp.Storage.Logs;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Manager;

/// <summary>
/// Which log is compacted next (Kafka's <c>LogCleanerManager</c>): of those with enough to do the one with the largest share of dirty
/// bytes. A log belongs to one thread at a time. Logs that cannot be compacted are set aside until they are opened again. Thread-safe.
/// </summary>
internal sealed class DirtyLogs(LogRegistry registry, TimeProvider time, ILogger logger)
{
    private readonly Lock _gate = new();

    // The size of the smallest log of each directory that had no space in this round.
    private readonly Dictionary<LogDirectory, long> _withoutSpace = [];

    /// <summary>How many logs were set aside (Kafka's metric <c>uncleanable-partitions-count</c>).</summary>
    public int UncleanableCount => registry.Logs.Count(log => log.Cleaning.IsUncleanable);

    /// <summary>A new round begins: logs that had no space are tried again.</summary>
    public void BeginRound()
    {
        lock (_gate)
            _withoutSpace.Clear();
    }

    /// <summary>
    /// There was no space to compact a log in this folder. Until the next round, only smaller ones of its directory are compacted: they
    /// take less space, and their compaction may free some. Another thread may have had no space for a smaller one in the meantime.
    /// </summary>
    public void OnWithoutSpace(PartitionLog log, string folder)
    {
        var directory = registry.DirectoryOf(folder);
        lock (_gate)
            _withoutSpace[directory] = Math.Min(log.Size, _withoutSpace.GetValueOrDefault(directory, long.MaxValue));
    }

    /// <summary>Takes the log that is to be compacted next; null if there is none. It is given back with <see cref="Return"/>.</summary>
    public CleanableLog? Take()
    {
        lock (_gate)
        {
            CleanableLog? dirtiest = null;
            foreach (var log in registry.Logs)
            {
                if (log.Config.IsCompact && log.Cleaning is { IsInProgress: false, IsUncleanable: false, IsPaused: false, IsClosed: false }
                    && !LacksSpace(log) && Examine(log) is { IsDue: true } dirty
                    && (dirtiest is null || dirty.DirtyRatio > dirtiest.DirtyRatio))
                    dirtiest = dirty;
            }
            if (dirtiest is not null)
                dirtiest.Log.Cleaning.IsInProgress = true;
            return dirtiest;
        }
    }

    /// <summary>The thread has finished with the log.</summary>
    public void Return(PartitionLog log)
    {
        lock (_gate)
            log.Cleaning.IsInProgress = false;
    }

    /// <summary>
    /// An exception out of the work on a log: after a failure of the disk its directory goes offline, after any other one the log is set
    /// aside. If the log was closed, truncated or moved in the meantime, the exception means nothing.
    /// </summary>
    public void OnFailed(PartitionLog log, CleaningAccess.Cleaned cleaning, Exception exception)
    {
        if (log.Cleaning.WasDisturbed(cleaning))
            return;
        if (exception is IOException fault)
            registry.FailUnlessFull(cleaning.Directory, fault);
        else
            SetAside(log, exception);
    }

    /// <summary>
    /// Applies retention to the compacted logs: cleanup.policy=compact,delete, and segments below the log start offset. Other logs have a
    /// task of their own.
    /// </summary>
    public void DeleteOldSegments()
    {
        foreach (var log in registry.Logs)
        {
            if (log.Config.IsCompact && log.Cleaning is { IsInProgress: false, IsUncleanable: false })
                Try(log, () => log.DeleteOldSegments());
        }
    }

    private bool LacksSpace(PartitionLog log) =>
        _withoutSpace.Count > 0 && _withoutSpace.TryGetValue(registry.DirectoryOf(log.Directory), out var size) && log.Size >= size;

    private CleanableLog? Examine(PartitionLog log)
    {
        CleanableLog? found = null;
        Try(log, () => found = CleanableLog.Of(log, time.GetUtcNow().ToUnixTimeMilliseconds()));
        return found;
    }

    private void Try(PartitionLog log, Action action)
    {
        var cleaning = log.Cleaning.Begin();
        try
        {
            action();
        }
#pragma warning disable CA1031 // A fault in one log must not stop the work on the others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            OnFailed(log, cleaning, e);
        }
    }

    /// <summary>Leaves a log alone until it is opened again: the cause would come back with each attempt.</summary>
    private void SetAside(PartitionLog log, Exception cause)
    {
        lock (_gate)
            log.Cleaning.IsUncleanable = true;
        logger.LogUncleanable(log.TopicPartition, cause);
    }
}
