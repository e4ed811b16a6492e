using KafkaSharp.Storage.Logs;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.Manager;

/// <summary>
/// What is done to all logs from time to time. One broken log does not keep the others waiting: its directory goes offline, where
/// it was the disk, and the round goes on.
/// Compaction is not among it yet: a topic with cleanup.policy=compact keeps all its records.
/// </summary>
sealed class LogMaintenance(LogManager manager, TimeProvider time, ILogger logger)
{
    /// <summary>Retention by time, by size and by log start offset.</summary>
    public void DeleteOldSegments() => ForEach(log => log.DeleteOldSegments());

    /// <summary>flush.ms: logs whose oldest unflushed record has waited that long.</summary>
    public void FlushDirtyLogs()
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        ForEach(log =>
        {
            if (now - log.LastFlushTime >= log.Config.FlushMs && log.RecoveryPoint < log.LogEndOffset)
                log.Flush();
        });
    }

    /// <summary>Files that nobody reads give their mappings back.</summary>
    public void ReleaseIdleMappings() => ForEach(log => log.ReleaseIdleMappings());

    public void RemoveExpiredProducers() => ForEach(log => log.RemoveExpiredProducers());

    /// <summary>Recovery points, after the leader epochs below them.</summary>
    public void CheckpointRecoveryPoints()
    {
        ForEach(log => log.FlushLeaderEpochs());
        Checkpoint(recoveryPoints: true, startOffsets: false);
    }

    public void CheckpointLogStartOffsets() => Checkpoint(recoveryPoints: false, startOffsets: true);

    private void ForEach(Action<PartitionLog> action)
    {
        foreach (var log in manager.Logs)
        {
            try
            {
                if (manager.DirectoryOf(log) is { IsOffline: false } directory)
                    manager.TryRun(directory, () => action(log));
            }
#pragma warning disable CA1031 // Whatever is wrong with one log is not wrong with the others.
            catch (Exception e)
#pragma warning restore CA1031
            {
                logger.MaintenanceFailed(e);
            }
        }
    }

    private void Checkpoint(bool recoveryPoints, bool startOffsets)
    {
        foreach (var directory in manager.LiveDirectories)
            manager.TryRun(directory, () => directory.WriteCheckpoints(manager.LogsIn(directory), recoveryPoints, startOffsets));
    }
}
