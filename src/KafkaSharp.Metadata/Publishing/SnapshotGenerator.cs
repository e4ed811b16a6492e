using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Raft.Snapshots;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Metadata.Publishing;

/// <summary>
/// Writes a snapshot of the metadata when enough of the log has come since the last one
/// (<c>metadata.log.max.record.bytes.between.snapshots</c>) or enough time has passed (<c>metadata.log.max.snapshot.interval.ms</c>, zero
/// for never). Told of images on the loader's loop; writes on a loop of its own, one snapshot at a time.
/// </summary>
/// <param name="loop">Where snapshots are written: not the loader's. Not owned.</param>
/// <param name="begin">Begins a snapshot of everything before an offset; null where it is not wanted.</param>
/// <param name="maxBytesSinceLastSnapshot">Bytes of log after which a snapshot is due.</param>
/// <param name="maxTimeSinceLastSnapshot">Time after which one is due, where anything came since; zero for never.</param>
/// <param name="logger">Where snapshots and their faults are told.</param>
public sealed class SnapshotGenerator(
    EventLoop loop,
    Func<OffsetAndEpoch, long, SnapshotWriter<MetadataRecord>?> begin,
    long maxBytesSinceLastSnapshot,
    TimeSpan maxTimeSinceLastSnapshot,
    ILogger logger)
{
    private const int RecordsPerBatch = 1024;

    private long _bytes;
    private DateTimeOffset? _lastSnapshot;
    private int _writing;

    internal void OnImage(MetadataImage image, LoaderManifest manifest)
    {
        var now = loop.Time.GetUtcNow();
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
            : maxTimeSinceLastSnapshot > TimeSpan.Zero && now - _lastSnapshot >= maxTimeSinceLastSnapshot ? "time"
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
#pragma warning disable CA1031 // The log is whole without the snapshot; the next one is tried in its time.
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
