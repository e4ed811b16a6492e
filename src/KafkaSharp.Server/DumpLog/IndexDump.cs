using System.Buffers.Binary;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Server.DumpLog.Records;
using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Server.DumpLog;

/// <summary>
/// Prints offset and time indexes and compares their entries with the segment beside them (Kafka's <c>dumpIndex</c>,
/// <c>dumpTimeIndex</c>).
/// </summary>
internal sealed class IndexDump(DumpOptions options, DumpFindings findings, TextWriter output)
{
    public void PrintOffsets(string path)
    {
        var entries = OffsetEntries(path);
        if (entries.Count == 0)
        {
            output.WriteLine($"{path} is empty.");
            return;
        }
        if (PrintSanity(path, OffsetIndex.EntrySize))
            return;
        var log = LogOf(path);
        foreach (var (offset, position) in entries)
        {
            var last = FirstBatchFrom(log, position, offset: long.MinValue)?.LastOffset;
            if (last != offset)
                findings.IndexMismatch(path, offset, last ?? -1);
            if (!options.VerifiesIndexOnly)
                output.WriteLine($"offset: {offset} position: {position}");
        }
    }

    public void PrintTimes(string path)
    {
        if (PrintSanity(path, TimeIndex.EntrySize))
            return;
        var log = LogOf(path);
        var positions = OffsetEntries(Path.ChangeExtension(path, LogFileNames.OffsetIndexSuffix));
        var before = RecordBatchHeader.NoTimestamp;
        foreach (var (timestamp, offset) in TimeEntries(path))
        {
            var position = positions.LastOrDefault(entry => entry.Offset <= offset).Position;
            var batch = FirstBatchFrom(log, position, offset);
            if (batch is not { } found || found.LastOffset != offset)
                findings.OffsetNotFound(path, offset, batch?.LastOffset ?? -1);
            else if (found.LargestTimestamp != timestamp)
                findings.TimestampMismatch(path, timestamp, found.LargestTimestamp);
            if (before >= timestamp)
                findings.TimestampOrder(path, timestamp, before);
            if (!options.VerifiesIndexOnly)
                output.WriteLine($"timestamp: {timestamp} offset: {offset}");
            before = timestamp;
        }
    }

    private bool PrintSanity(string path, int entrySize)
    {
        if (!options.ChecksIndexOnly)
            return false;
        var size = new FileInfo(path).Length;
        output.WriteLine(
            size % entrySize == 0 ? $"{path} passed sanity check." : $"{path} has {size} bytes, not a multiple of {entrySize}.");
        return true;
    }

    // The file may have been preallocated: zeros follow its entries.
    private static List<OffsetPosition> OffsetEntries(string path)
    {
        var entries = new List<OffsetPosition>();
        var start = BaseOffset(path);
        ReadOnlySpan<byte> bytes = File.Exists(path) ? File.ReadAllBytes(path) : [];
        for (; bytes.Length >= OffsetIndex.EntrySize; bytes = bytes[OffsetIndex.EntrySize..])
        {
            var relative = BinaryPrimitives.ReadInt32BigEndian(bytes);
            var position = BinaryPrimitives.ReadInt32BigEndian(bytes[sizeof(int)..]);
            if (relative == 0 && entries.Count > 0)
                break;
            entries.Add(new(start + relative, position));
        }
        return entries;
    }

    private static List<TimestampOffset> TimeEntries(string path)
    {
        var entries = new List<TimestampOffset>();
        var start = BaseOffset(path);
        ReadOnlySpan<byte> bytes = File.ReadAllBytes(path);
        for (; bytes.Length >= TimeIndex.EntrySize; bytes = bytes[TimeIndex.EntrySize..])
        {
            var relative = BinaryPrimitives.ReadInt32BigEndian(bytes[sizeof(long)..]);
            var timestamp = BinaryPrimitives.ReadInt64BigEndian(bytes);
            if (relative == 0 && entries.Count > 0)
                break;
            entries.Add(new(timestamp, start + relative));
        }
        return entries;
    }

    private static long BaseOffset(string path) =>
        LogFileNames.TryParseOffset(path, out var offset) ? offset : throw new DumpException($"The name of {path} is not an offset");

    private static byte[] LogOf(string index)
    {
        var path = Path.ChangeExtension(index, LogFileNames.LogSuffix);
        return File.Exists(path) ? File.ReadAllBytes(path) : throw new DumpException($"{index} needs {path} beside it");
    }

    /// <summary>
    /// The first batch from a position whose last offset is at least <paramref name="offset"/>; the least offset means the batch there.
    /// </summary>
    private (long LastOffset, long LargestTimestamp)? FirstBatchFrom(byte[] log, int position, long offset)
    {
        if (position > log.Length)
            return null;
        var slice = log.AsSpan(position);
        if (offset == long.MinValue)
            slice = slice[..Math.Min(slice.Length, options.MaxMessageSize)];
        var batches = new RecordBatchReader(slice);
        while (batches.MoveNext())
        {
            if (batches.Current.LastOffset >= offset)
                return (batches.Current.LastOffset, LargestTimestamp(batches.Current));
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
