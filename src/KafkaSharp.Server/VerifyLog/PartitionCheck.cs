using KafkaSharp.Storage.Checkpoints;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.ProducerState;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Server.VerifyLog;

/// <summary>Checks the folder of one partition.</summary>
/// <param name="files">The files.</param>
/// <param name="report">Gets what is wrong.</param>
/// <param name="counts">Counts what was read.</param>
/// <param name="progress">Called for each batch.</param>
internal sealed class PartitionCheck(IFileSystem files, Action<Fault> report, VerifiedCounts counts, Action progress)
{
    public void Run(PartitionFolder folder)
    {
        counts.Partitions++;
        CheckTopicId(folder.Path);
        var paths = files.EnumerateFiles(folder.Path).Order(StringComparer.Ordinal).ToArray();
        foreach (var path in paths.Where(path => path.EndsWith(LogFileNames.ProducerSnapshotSuffix, StringComparison.Ordinal)))
            CheckSnapshot(path);
        var segments = paths.Where(LogFileNames.IsLog).ToArray();
        var epochs = new EpochCheck(files, folder.Path, report);
        var transactions = new TransactionCheck(files, report);
        long last = -1;
        for (var i = 0; i < segments.Length; i++)
        {
            counts.Segments++;
            var isComplete = i + 1 < segments.Length;
            // A start reads each segment that has, or may have, an offset from there on.
            var isFlushed = folder.FlushedEnd == long.MaxValue
                || (isComplete && LogFileNames.TryParseOffset(segments[i + 1], out var next) && next <= folder.FlushedEnd);
            last = new SegmentCheck(files, segments[i], isFlushed, isComplete, report)
            {
                Epochs = epochs,
                Transactions = transactions,
                FlushedEnd = folder.FlushedEnd,
                Read = OnBatch,
            }.Run(last);
        }
        CheckOffsets(folder, segments.Length, last);
    }

    private void CheckOffsets(PartitionFolder folder, int segmentCount, long last)
    {
        if (folder.FlushedEnd != long.MaxValue && folder.FlushedEnd > last + 1 && segmentCount > 0)
        {
            report(new Fault(
                folder.Path, null, $"the log ends at {last + 1}, although it was flushed up to {folder.FlushedEnd}: records are missing"));
        }
        if (folder.LogStartOffset > last + 1 && segmentCount > 0)
            report(new Fault(folder.Path, null, $"the log ends at {last + 1}, below its log start offset {folder.LogStartOffset}"));
    }

    private void CheckTopicId(string folder)
    {
        try
        {
            PartitionMetadataFile.Read(files, folder);
        }
        catch (IOException exception)
        {
            report(new Fault(folder, null, exception.Message));
        }
    }

    private void CheckSnapshot(string path)
    {
        try
        {
            ProducerSnapshotFile.Read(files, path);
        }
        catch (InvalidDataException exception)
        {
            report(new Fault(path, null, exception.Message));
        }
    }

    private void OnBatch(int size)
    {
        counts.Batches++;
        counts.Bytes += size;
        progress();
    }
}
