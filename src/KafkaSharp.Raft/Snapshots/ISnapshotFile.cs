namespace KafkaSharp.Raft.Snapshots;

/// <summary>
/// A snapshot file that is being written. Not thread-safe. If it is disposed before <see cref="Freeze"/>, the file is removed.
/// </summary>
public interface ISnapshotFile : IDisposable
{
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Flushes the bytes to disk and renames the file to its final name, atomically and durably.</summary>
    void Freeze();
}
