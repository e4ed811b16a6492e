using KafkaSharp.Raft.Log;
using KafkaSharp.Raft.Quorum;
using KafkaSharp.Raft.Snapshots;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Raft;

/// <summary>
/// Makes log, snapshots and quorum history agree when a node starts: truncates a log that ends before the latest snapshot, deletes
/// snapshots that a crash left behind, and reads the voters and kraft.version from snapshot and log. Used on the node's event loop.
/// </summary>
internal sealed class MetadataLogRecovery<TRecord>(
    IRaftLog log, SnapshotSource<TRecord> snapshots, SnapshotCleaner cleaner, MetadataLogReader<TRecord> reader, QuorumHistory history,
    ILogger logger)
{
    /// <exception cref="InvalidDataException">
    /// A record or a snapshot is corrupt, or the snapshot that holds the deleted start of the log is missing.
    /// </exception>
    public void Run()
    {
        if (snapshots.LatestId is { } latest)
        {
            if (latest.Epoch > log.EndOffset.Epoch || (latest.Epoch == log.EndOffset.Epoch && latest.Offset > log.EndOffset.Offset))
            {
                if (latest.Offset > 0)
                    logger.LogBehindSnapshot(log.EndOffset.Offset, SnapshotName.Format(latest));
                log.TruncateFullyAndStartAt(latest);
            }
            using var snapshot = snapshots.Open(latest);
            foreach (var record in snapshot.ReadBatches().SelectMany(batch => batch.ControlRecords))
                history.Add(latest.Offset - 1, record);
        }
        if (log.StartOffset > (snapshots.LatestId?.Offset ?? 0))
        {
            throw new InvalidDataException(
                $"The metadata log starts at offset {log.StartOffset}, but no snapshot contains the state before it: "
                + "the snapshot is missing");
        }
        cleaner.DeleteUnreachable();
        reader.ReadControlRecords(Math.Max(log.StartOffset, snapshots.LatestId?.Offset ?? 0), history.Add);
        var end = log.EndOffset;
        logger.LogOpened(log.StartOffset, end.Offset, end.Epoch, snapshots.LatestId is { } id ? SnapshotName.Format(id) : "none");
    }
}
