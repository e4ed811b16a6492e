using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Server.DumpLog;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Server.VerifyLog;

/// <summary>Reads each batch of one segment, and compares with them what is kept beside: indexes, epochs, transactions.</summary>
/// <param name="files">The files.</param>
/// <param name="path">The segment.</param>
/// <param name="isFlushed">Whether its indexes must be complete; otherwise a start makes them again.</param>
/// <param name="isComplete">Whether another segment follows.</param>
/// <param name="report">Gets what is wrong.</param>
internal sealed class SegmentCheck(IFileSystem files, string path, bool isFlushed, bool isComplete, Action<Fault> report)
{
    /// <summary>The epochs of the log.</summary>
    public required EpochCheck Epochs { get; init; }

    /// <summary>The transactions of the log.</summary>
    public required TransactionCheck Transactions { get; init; }

    /// <summary>The offset below which the epochs of batches must be known.</summary>
    public required long FlushedEnd { get; init; }

    /// <summary>Counts what was read; it is called for each batch, with its size in bytes.</summary>
    public required Action<int> Read { get; init; }

    /// <summary>Reads the segment.</summary>
    /// <param name="lastOffset">The last offset before it; -1 if there is none.</param>
    /// <returns>The last offset of the segment, or the one before it if it is empty.</returns>
    public long Run(long lastOffset)
    {
        if (!LogFileNames.TryParseOffset(path, out var baseOffset))
        {
            report(new Fault(path, null, "its name is not an offset"));
            return lastOffset;
        }
        if (baseOffset <= lastOffset)
            report(new Fault(path, null, $"it begins at {baseOffset}, although the segment before ends with {lastOffset}"));
        Transactions.BeginSegment(Beside(LogFileNames.TransactionIndexSuffix), baseOffset, isFlushed);
        var offsets = new OffsetIndexCheck(
            Beside(LogFileNames.OffsetIndexSuffix), Entries(LogFileNames.OffsetIndexSuffix, IndexEntries.Offsets), report);
        var times = new TimeIndexCheck(
            Beside(LogFileNames.TimeIndexSuffix), Entries(LogFileNames.TimeIndexSuffix, IndexEntries.Times), report);
        using var file = files.OpenFile(path, StorageFileMode.Open);
        using var batches = new BatchScan(file, file.Length);
        var last = Math.Max(lastOffset, baseOffset - 1);
        try
        {
            while (batches.MoveNext())
            {
                var batch = batches.Current;
                CheckBatch(batch, batches.Position, last);
                offsets.OnBatch(batches.Position, last);
                last = Math.Max(last, batch.LastOffset);
                times.OnBatch(batch.LastOffset, batch.MaxTimestamp);
                Read(batch.SizeInBytes);
            }
            if (batches.Consumed < file.Length)
                report(new Fault(path, batches.Consumed, $"{file.Length - batches.Consumed} bytes at the end are no whole batch"));
        }
        catch (RecordsException exception)
        {
            report(new Fault(
                path, batches.Consumed, $"what follows, {file.Length - batches.Consumed} bytes, is not a batch: {exception.Message}"));
        }
        if (isFlushed)
        {
            offsets.OnEnd(last);
            times.OnEnd(last, isComplete);
        }
        return last;
    }

    private void CheckBatch(in RecordBatch batch, long position, long last)
    {
        try
        {
            batch.EnsureValid();
        }
        catch (RecordsException exception)
        {
            report(new Fault(path, position, $"the batch at offset {batch.BaseOffset} is not valid: {exception.Message}"));
            return;
        }
        if (batch.BaseOffset <= last)
            report(new Fault(path, position, $"the batch has the offsets {batch.BaseOffset} to {batch.LastOffset} after {last}"));
        Epochs.OnBatch(path, position, batch.BaseOffset, batch.PartitionLeaderEpoch, batch.LastOffset < FlushedEnd);
        Transactions.OnBatch(batch);
    }

    private string Beside(string suffix) => Path.ChangeExtension(path, suffix);

    private List<T> Entries<T>(string suffix, Func<IStorageFile, List<T>> read)
    {
        var index = Beside(suffix);
        if (!isFlushed)
            return [];
        if (!files.FileExists(index))
        {
            report(new Fault(index, null, "the index is missing"));
            return [];
        }
        using var file = files.OpenFile(index, StorageFileMode.Open);
        return read(file);
    }
}
