using KafkaSharp.Protocol;
using KafkaSharp.Raft.Log;

namespace KafkaSharp.Raft.Snapshots;

/// <summary>Finds and opens the finished snapshots of a store. Thread-safe; failures are IOExceptions.</summary>
internal sealed class SnapshotSource<TRecord>(ISnapshotStore store, BatchDecoder<TRecord> decoder, int maxBatchBytes)
{
    /// <summary>The latest snapshot, or null.</summary>
    public OffsetAndEpoch? LatestId => store.List() is [.., var latest] ? latest : null;

    /// <summary>Opens a snapshot. The caller disposes the reader.</summary>
    /// <exception cref="InvalidDataException">The snapshot is corrupt.</exception>
    public SnapshotReader<TRecord> Open(OffsetAndEpoch id) =>
        new(id, SnapshotName.Format(id), store.OpenRead(id), decoder, maxBatchBytes);
}
