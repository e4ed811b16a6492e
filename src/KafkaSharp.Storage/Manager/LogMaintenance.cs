using KafkaSharp.Storage.Logs;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Manager;

/// <summary>
/// The periodic work on all logs. A failure of one log does not stop the work on the others: after an I/O failure its directory goes
/// offline, unless it is full; any other exception is logged. Compaction has threads of its own, see <see cref="LogCleaner"/>.
/// </summary>
internal sealed class LogMaintenance(LogRegistry registry, ILogger logger)
{
    /// <summary>Retention by time, by size and by log start offset. The cleaner does this for compacted logs.</summary>
    public void DeleteOldSegments() => ForEach(log =>
    {
        if (!log.Config.IsCompact)
            log.DeleteOldSegments();
    });

    /// <summary>Flushes the logs with records that have not been flushed for flush.ms.</summary>
    public void FlushDirtyLogs()
    {
        ForEach(log =>
        {
            if (log.SinceLastFlush.TotalMilliseconds >= log.Config.FlushMs && log.RecoveryPoint < log.LogEndOffset)
                log.Flush();
        });
    }

    public void RemoveExpiredProducers() => ForEach(log => log.Producers.RemoveExpired());

    /// <summary>Saves the recovery points, after the leader epochs below them.</summary>
    public void CheckpointRecoveryPoints()
    {
        ForEach(log => log.FlushLeaderEpochs());
        Checkpoint(Checkpoints.RecoveryPoints);
    }

    public void CheckpointLogStartOffsets() => Checkpoint(Checkpoints.LogStartOffsets);

    /// <summary>Saves the high watermarks, if any has changed.</summary>
    public void CheckpointHighWatermarks() => Checkpoint(Checkpoints.HighWatermarks);

    private void ForEach(Action<PartitionLog> action)
    {
        foreach (var log in registry.Logs)
        {
            try
            {
                if (registry.DirectoryOf(log.Directory) is { IsOffline: false } directory)
                    registry.TryRunUnlessFull(directory, () => action(log));
            }
#pragma warning disable CA1031 // A fault in one log must not stop the work on the others.
            catch (Exception e)
#pragma warning restore CA1031
            {
                logger.MaintenanceFailed(e);
            }
        }
    }

    private void Checkpoint(Checkpoints which)
    {
        foreach (var directory in registry.LiveDirectories)
            registry.SaveCheckpoints(directory, which);
    }
}
