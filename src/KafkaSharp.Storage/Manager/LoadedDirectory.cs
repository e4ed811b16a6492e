using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Storage.Manager;

/// <summary>What <see cref="LogDirectoryLoader"/> found.</summary>
/// <param name="Directory">The directory.</param>
/// <param name="Logs">The logs, open.</param>
/// <param name="Deleted">The folders of deleted logs whose files are still there.</param>
/// <param name="HasStaleOffsets">
/// Whether its checkpoints must be written anew: they name partitions that it does not hold, which must not find their offsets if they are created again, or
/// a recovery point that lies beyond the end of a log that was cut.
/// </param>
sealed record LoadedDirectory(
    LogDirectory Directory, IReadOnlyList<PartitionLog> Logs, IReadOnlyList<string> Deleted, bool HasStaleOffsets);
