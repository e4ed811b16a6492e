namespace KafkaSharp.Raft.Snapshots;

/// <summary>A snapshot file being written. For one thread; disposed before it is frozen, it leaves nothing.</summary>
public interface ISnapshotFile : IDisposable
{
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Flushes the bytes to disk and gives the file its name, atomically and durably.</summary>
    void Freeze();
}
