using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Raft.Snapshots;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Metadata.Publishing;

/// <summary>
/// Writes a snapshot of the metadata after a number of bytes of the log (<c>metadata.log.max.record.bytes.between.snapshots</c>) or after a
/// time (<c>metadata.log.max.snapshot.interval.ms</c>, 0 for never) since the last one (Kafka's <c>SnapshotGenerator</c>). It receives
/// images on the loader's loop and writes on another loop, one snapshot at a time.
/// </summary>
/// <param name="loop">The event loop on which snapshots are written; not the loader's. Not owned.</param>
/// <param name="begin">Starts a snapshot of the state before an offset; returns null if none is needed.</param>
/// <param name="maxBytesSinceLastSnapshot">The bytes of log after which a snapshot is due.</param>
/// <param name="maxTimeSinceLastSnapshot">The time after which a snapshot is due if there are new records; zero for never.</param>
/// <param name="logger">The logger.</param>
public sealed class SnapshotGenerator(
    EventLoop loop,
    Func<OffsetAndEpoch, long, SnapshotWriter<MetadataRecord>?> begin,
    long maxBytesSinceLastSnapshot,
    TimeSpan maxTimeSinceLastSnapshot,
    ILogger logger)
{
    private const int RecordsPerBatch = 1024;

    private long _bytes;
    // A monotonic timestamp: a step of the wall clock neither suspends snapshots nor causes one.
    private long? _lastSnapshot;
    private int _writing;

    internal void OnImage(MetadataImage image, LoaderManifest manifest)
    {
        var now = loop.Time.GetTimestamp();
        if (manifest.IsSnapshot)
        {
            _bytes = 0;
            _lastSnapshot = now;
            return;
        }
        _bytes += manifest.Bytes;
        _lastSnapshot ??= now;
        if (!image.Provenance.IsBatchAligned || image.Features.MetadataVersion is null)
            return;
        var due = _bytes >= maxBytesSinceLastSnapshot ? "bytes"
            : maxTimeSinceLastSnapshot > TimeSpan.Zero
                && loop.Time.GetElapsedTime(_lastSnapshot.Value, now) >= maxTimeSinceLastSnapshot ? "time"
            : null;
        if (due is null || Interlocked.CompareExchange(ref _writing, 1, 0) != 0)
            return;
        _bytes = 0;
        _lastSnapshot = now;
        loop.Post(() => Write(image, due));
    }

    private void Write(MetadataImage image, string reason)
    {
        try
        {
            var id = new OffsetAndEpoch(image.Provenance.LastContainedOffset + 1, image.Provenance.LastContainedEpoch);
            using var writer = begin(id, image.Provenance.LastContainedLogTimeMs);
            if (writer is null)
                return;
            foreach (var chunk in MetadataImageWriter.Records(image).Chunk(RecordsPerBatch))
                writer.Append(chunk);
            writer.Freeze();
            logger.SnapshotWritten(id.Offset, id.Epoch, reason);
        }
#pragma warning disable CA1031 // The log is complete without the snapshot, and a later image causes another attempt.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.SnapshotFaulted(image.HighestOffset, e);
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }
    }
}
