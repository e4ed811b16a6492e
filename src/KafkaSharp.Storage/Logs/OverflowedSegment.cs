using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// Divides a segment in which recovery has found offsets more than 2^31 above its base offset, so that its indexes cannot name them
/// (Kafka's <c>splitOverflowedSegment</c>). Old versions of Kafka could write one. All bytes stay as they are. The parts get the names of a
/// replacement that was interrupted, which <see cref="SwapFiles"/> completes when the log is loaded again.
/// </summary>
internal static class OverflowedSegment
{
    private const int CopiedAtOnce = 1 << 18;

    public static void Divide(PartitionLogOptions options, long baseOffset)
    {
        var segment = LogSegment.Open(options.FileSystem, options.Directory, baseOffset, options.Config, options.Time, 0);
        try
        {
            var parts = PartsOf(segment);
            // Recovery has found one. If it cannot be found again, the log must not be loaded again and again.
            if (parts.Count == 1)
                throw new IOException($"{segment.LogPath} has offsets that are too large for it, and was read a second time without them");
            for (var i = 0; i < parts.Count; i++)
                Copy(options, segment, parts[i].BaseOffset, parts[i].Position, i + 1 < parts.Count ? parts[i + 1].Position : segment.Size);
            Announce(options, parts.ConvertAll(part => part.BaseOffset));
            options.Logger.SegmentSplit(options.TopicPartition, baseOffset, parts.Count);
        }
        finally
        {
            segment.CloseFiles();
        }
    }

    // What is not valid stays behind the last valid batch, where recovery finds it.
    private static List<(long BaseOffset, int Position)> PartsOf(LogSegment segment)
    {
        List<(long BaseOffset, int Position)> parts = [(segment.BaseOffset, 0)];
        var (position, lastOffset) = (0, segment.BaseOffset - 1);
        using var scan = new SegmentScan(segment);
        try
        {
            while (scan.Read(position, out _) is { IsEmpty: false } window)
            {
                foreach (var batch in new RecordBatchReader(window))
                {
                    batch.EnsureValid();
                    if (batch.LastOffset <= lastOffset)
                        return parts;
                    lastOffset = batch.LastOffset;
                    if (!LogSegment.CanHold(parts[^1].BaseOffset, lastOffset))
                        parts.Add((batch.BaseOffset, position));
                    position += batch.SizeInBytes;
                }
            }
        }
        catch (RecordsException)
        {
            // Recovery reports it.
        }
        return parts;
    }

    private static void Copy(PartitionLogOptions options, LogSegment segment, long baseOffset, int from, int to)
    {
        var path = LogFileNames.Log(options.Directory, baseOffset, LogFileNames.CleanedSuffix);
        using (var part = options.FileSystem.OpenFile(path, StorageFileMode.Create))
        {
            var buffer = new byte[Math.Min(CopiedAtOnce, to - from)];
            for (var position = from; position < to;)
            {
                var read = segment.Read(position, buffer.AsSpan(0, Math.Min(buffer.Length, to - position)));
                if (read == 0)
                    throw new IOException($"{segment.LogPath} ends at {position}, before {to}");
                part.Write(position - from, buffer.AsSpan(0, read));
                position += read;
            }
            part.Flush();
        }
        options.FileSystem.SetLastModified(path, segment.LastModified);
    }

    // Each step is durable before the next one. The first part comes last: a start uses none while a .cleaned file is below them.
    private static void Announce(PartitionLogOptions options, List<long> parts)
    {
        options.FileSystem.FlushDirectory(options.Directory);
        foreach (var part in parts[1..])
            Announce(options, part);
        options.FileSystem.FlushDirectory(options.Directory);
        Announce(options, parts[0]);
        options.FileSystem.FlushDirectory(options.Directory);
    }

    private static void Announce(PartitionLogOptions options, long part) => options.FileSystem.Rename(
        LogFileNames.Log(options.Directory, part, LogFileNames.CleanedSuffix),
        LogFileNames.Log(options.Directory, part, LogFileNames.SwapSuffix));
}
