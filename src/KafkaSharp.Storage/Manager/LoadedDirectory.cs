using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Storage.Manager;

/// <summary>The result of <see cref="LogDirectoryLoader"/>.</summary>
/// <param name="Directory">The directory.</param>
/// <param name="Logs">The logs, open.</param>
/// <param name="Futures">The future replicas of moves between directories, open.</param>
/// <param name="Left">What logs have left that have moved to another directory, open.</param>
/// <param name="Deleted">The folders of deleted logs whose files are still there.</param>
/// <param name="HasStaleOffsets">
/// Whether the checkpoints must be rewritten: they contain partitions that are not in the directory, whose offsets must not be used if the
/// partitions are created again, or a recovery point or high watermark beyond the end of a truncated log.
/// </param>
internal sealed record LoadedDirectory(
    LogDirectory Directory, IReadOnlyList<PartitionLog> Logs, IReadOnlyList<PartitionLog> Futures, IReadOnlyList<PartitionLog> Left,
    IReadOnlyList<string> Deleted, bool HasStaleOffsets)
{
    public IEnumerable<PartitionLog> Opened => [.. Logs, .. Futures, .. Left];
}
