using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Raft.Configuration;
using KafkaSharp.Raft.Log;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Raft.Snapshots;

/// <summary>
/// Deletes old snapshots according to <c>metadata.max.retention.bytes</c> and <c>metadata.max.retention.ms</c>, and the part of the log
/// before the oldest remaining snapshot (Kafka's <c>KafkaMetadataLog.maybeClean</c>). The latest snapshot is never deleted. Used on the
/// node's event loop.
/// </summary>
internal sealed class SnapshotCleaner(IRaftLog log, ISnapshotStore snapshots, RaftOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>
    /// Deletes snapshots older than the start of the log, which a crash during cleaning left. The records after such a snapshot were
    /// deleted, so it cannot be used.
    /// </summary>
    public void DeleteUnreachable()
    {
        foreach (var id in snapshots.List().SkipLast(1).Where(id => id.Offset < log.StartOffset))
            snapshots.Delete(id);
    }

    public void Clean()
    {
        if (options.RetentionBytes >= 0)
            CleanWhile(_ => log.SizeInBytes + snapshots.List().Sum(snapshots.SizeInBytes) > options.RetentionBytes);
        if (options.RetentionMs >= 0)
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            CleanWhile(id => TimestampOf(id) is { } timestamp && now - timestamp > options.RetentionMs);
        }
    }

    private void CleanWhile(Func<OffsetAndEpoch, bool> isTooOld)
    {
        var ids = snapshots.List();
        for (var i = 0; i + 1 < ids.Count && isTooOld(ids[i]); i++)
        {
            if (!log.DeleteBefore(ids[i + 1].Offset) && log.StartOffset < ids[i + 1].Offset)
                return;
            snapshots.Delete(ids[i]);
            logger.SnapshotDeleted(SnapshotName.Format(ids[i]), log.StartOffset);
        }
    }

    /// <summary>The append time of the last record in a snapshot; null if it has no readable header.</summary>
    private long? TimestampOf(OffsetAndEpoch id)
    {
        using var stream = snapshots.OpenRead(id);
        Span<byte> head = stackalloc byte[1024];
        var length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        foreach (var batch in new RecordBatchReader(head[..length]))
        {
            return ControlBatch.Decode(batch).Select(entry => entry.Record.Message).OfType<SnapshotHeaderRecord>().FirstOrDefault()
                ?.LastContainedLogTimestamp;
        }
        return null;
    }
}
