using KafkaSharp.Protocol;

namespace KafkaSharp.Raft.Snapshots;

/// <summary>
/// The snapshots of the metadata log: files <c>%020d-%010d.checkpoint</c> in its directory. Thread-safe; failures are IOExceptions.
/// </summary>
public interface ISnapshotStore
{
    /// <summary>The ids of the finished snapshots, oldest first.</summary>
    IReadOnlyList<OffsetAndEpoch> List();

    /// <summary>Creates a snapshot file. It is not listed until it is frozen.</summary>
    ISnapshotFile Create(OffsetAndEpoch id);

    /// <summary>Opens a finished snapshot for reading.</summary>
    Stream OpenRead(OffsetAndEpoch id);

    long SizeInBytes(OffsetAndEpoch id);

    /// <summary>Deletes a snapshot. Readers that have opened it can still read it.</summary>
    void Delete(OffsetAndEpoch id);
}
