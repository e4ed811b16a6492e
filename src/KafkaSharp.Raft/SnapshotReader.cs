namespace KafkaSharp.Raft;

/// <summary>A snapshot being read: all batches in order, Raft's own control records left out. Not thread-safe; disposed by its reader.</summary>
public sealed class SnapshotReader<TRecord> : IDisposable
{
    internal SnapshotReader(OffsetAndEpoch id) => Id = id;

    /// <summary>The snapshot holds everything before this offset.</summary>
    public OffsetAndEpoch Id { get; }

    /// <summary>Append time of the last record it holds, in milliseconds since 1970; 0 where that is not known.</summary>
    public long LastContainedLogTimestamp => throw new NotImplementedException();

    public IEnumerable<CommittedBatch<TRecord>> ReadBatches() => throw new NotImplementedException();

    public void Dispose()
    {
    }
}
