using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Server.DumpLog.Records;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Server.DumpLog;

/// <summary>
/// Prints offset and time indexes and compares their entries with the segment beside them (Kafka's <c>dumpIndex</c>,
/// <c>dumpTimeIndex</c>).
/// </summary>
internal sealed class IndexDump(DumpOptions options, DumpFindings findings, IDumpOutput output)
{
    public void PrintOffsets(string path)
    {
        using var index = PhysicalFileSystem.Instance.OpenToRead(path);
        var entries = IndexEntries.Offsets(index);
        if (entries.Count == 0)
        {
            output.Note($"{path} is empty.");
            return;
        }
        if (PrintSanity(path, OffsetIndex.EntrySize))
            return;
        using var log = LogOf(path);
        using var batches = new BatchScan(log, log.Length);
        foreach (var entry in entries)
        {
            var last = LastOffsetAt(batches, entry.Position);
            if (last != entry.Offset)
                findings.IndexMismatch(path, entry.Offset, last);
            if (!options.VerifiesIndexOnly)
                output.OffsetEntry(entry);
        }
    }

    public void PrintTimes(string path)
    {
        if (PrintSanity(path, TimeIndex.EntrySize))
            return;
        using var log = LogOf(path);
        using var batches = new BatchScan(log, log.Length);
        using var index = PhysicalFileSystem.Instance.OpenToRead(path);
        var positions = PositionsBeside(path);
        var slot = 0;
        var before = RecordBatchHeader.NoTimestamp;
        foreach (var (timestamp, offset) in IndexEntries.Times(index))
        {
            // Offsets ascend with the timestamps, unless the index is damaged.
            if (slot > 0 && positions[slot - 1].Offset > offset)
                slot = 0;
            while (slot < positions.Count && positions[slot].Offset <= offset)
                slot++;
            var found = FindBatch(batches, slot == 0 ? 0 : positions[slot - 1].Position, offset);
            if (found?.LastOffset != offset)
                findings.OffsetNotFound(path, offset, found?.LastOffset ?? -1);
            else if (found.Value.LargestTimestamp != timestamp)
                findings.TimestampMismatch(path, timestamp, found.Value.LargestTimestamp);
            if (before >= timestamp)
                findings.TimestampOrder(path, timestamp, before);
            if (!options.VerifiesIndexOnly)
                output.TimeEntry(new TimestampOffset(timestamp, offset));
            before = timestamp;
        }
    }

    private bool PrintSanity(string path, int entrySize)
    {
        if (!options.ChecksIndexOnly)
            return false;
        var size = new FileInfo(path).Length;
        output.Note(
            size % entrySize == 0 ? $"{path} passed sanity check." : $"{path} has {size} bytes, not a multiple of {entrySize}.");
        return true;
    }

    private static IStorageFile LogOf(string index)
    {
        var path = Path.ChangeExtension(index, LogFileNames.LogSuffix);
        return File.Exists(path) ? PhysicalFileSystem.Instance.OpenToRead(path)
            : throw new DumpException($"{index} needs {path} beside it");
    }

    private static List<OffsetPosition> PositionsBeside(string timeIndex)
    {
        var path = Path.ChangeExtension(timeIndex, LogFileNames.OffsetIndexSuffix);
        if (!File.Exists(path))
            return [];
        using var index = PhysicalFileSystem.Instance.OpenToRead(path);
        return IndexEntries.Offsets(index);
    }

    /// <summary>The last offset of the batch at a position; -1 if none begins there.</summary>
    private long LastOffsetAt(BatchScan batches, int position)
    {
        batches.MoveTo(position);
        return batches.MoveNext(options.MaxMessageSize) ? batches.Current.LastOffset : -1;
    }

    /// <summary>The first batch from a position that ends at an offset or later.</summary>
    private static (long LastOffset, long LargestTimestamp)? FindBatch(BatchScan batches, int position, long offset)
    {
        batches.MoveTo(position);
        while (batches.MoveNext())
        {
            var batch = batches.Current;
            if (batch.LastOffset >= offset)
                return (batch.LastOffset, LargestTimestamp(batch));
        }
        return null;
    }

    private static long LargestTimestamp(RecordBatch batch)
    {
        var largest = RecordBatchHeader.NoTimestamp;
        using var records = new RecordReader(batch);
        while (records.MoveNext())
            largest = Math.Max(largest, records.Current.Timestamp);
        return largest;
    }
}
