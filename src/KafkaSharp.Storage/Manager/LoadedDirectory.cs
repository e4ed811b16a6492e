namespace KafkaSharp.Storage;

/// <summary>What <see cref="LogDirectoryLoader"/> found.</summary>
/// <param name="Directory">The directory.</param>
/// <param name="Logs">The logs, open.</param>
/// <param name="Deleted">The folders of deleted logs whose files are still there.</param>
/// <param name="HasForeignOffsets">Whether its checkpoints name partitions that it does not hold.</param>
sealed record LoadedDirectory(
    LogDirectory Directory, IReadOnlyList<PartitionLog> Logs, IReadOnlyList<string> Deleted, bool HasForeignOffsets);
