using System.Globalization;
using KafkaSharp.Protocol;
using KafkaSharp.Storage.FileSystem;

namespace KafkaSharp.Storage.Checkpoints;

/// <summary>
/// A file of a log directory with an offset per partition, in lines <c>topic partition offset</c> (Kafka's <c>OffsetCheckpointFile</c>).
/// Only one thread at a time may write a file.
/// </summary>
public sealed class OffsetCheckpointFile(IFileSystem files, string path)
{
    /// <summary>The name of the file with the recovery points: all records before them are on disk.</summary>
    public const string RecoveryPoint = "recovery-point-offset-checkpoint";

    /// <summary>The name of the file with the high watermarks.</summary>
    public const string HighWatermark = "replication-offset-checkpoint";

    /// <summary>The name of the file with the offsets below which logs were compacted. It contains only logs that were.</summary>
    public const string CleanedOffset = "cleaner-offset-checkpoint";

    /// <summary>
    /// The name of the file with the log start offsets. It contains only logs whose start offset is within the first segment, as after
    /// DeleteRecords.
    /// </summary>
    public const string LogStartOffset = "log-start-offset-checkpoint";

    public string Path { get; } = path;

    /// <summary>The offsets; none if the file does not exist.</summary>
    /// <exception cref="IOException">The file cannot be read or is malformed.</exception>
    public Dictionary<TopicPartition, long> Read()
    {
        var entries = CheckpointFile.Read<KeyValuePair<TopicPartition, long>>(files, Path, TryParse);
        var offsets = new Dictionary<TopicPartition, long>(entries.Count);
        foreach (var (partition, offset) in entries)
            offsets[partition] = offset;
        return offsets;
    }

    public void Write(IReadOnlyCollection<KeyValuePair<TopicPartition, long>> offsets) => CheckpointFile.Write(
        files, Path, offsets,
        (text, entry) => text.Append(CultureInfo.InvariantCulture, $"{entry.Key.Topic} {entry.Key.Partition} {entry.Value}"));

    internal static bool TryParse(ReadOnlySpan<char> line, out KeyValuePair<TopicPartition, long> entry)
    {
        entry = default;
        Span<Range> parts = stackalloc Range[4];
        if (line.Split(parts, ' ') != 3
            || !int.TryParse(line[parts[1]], NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            || !long.TryParse(line[parts[2]], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var offset))
            return false;
        entry = new(new TopicPartition(line[parts[0]].ToString(), partition), offset);
        return true;
    }
}
