using KafkaSharp.Protocol;

namespace KafkaSharp.Raft.Snapshots;

/// <summary>
/// The snapshots of the metadata log: files <c>%020d-%010d.checkpoint</c> beside it. From any thread; failures are IOExceptions.
/// </summary>
public interface ISnapshotStore
{
    /// <summary>Ids of the finished snapshots, oldest first.</summary>
    IReadOnlyList<OffsetAndEpoch> List();

    /// <summary>Begins a snapshot, invisible until it is frozen.</summary>
    ISnapshotFile Create(OffsetAndEpoch id);

    /// <summary>Opens a finished snapshot for reading.</summary>
    Stream OpenRead(OffsetAndEpoch id);

    long SizeInBytes(OffsetAndEpoch id);

    /// <summary>Deletes a snapshot; readers that have it open go on reading it.</summary>
    void Delete(OffsetAndEpoch id);
}
