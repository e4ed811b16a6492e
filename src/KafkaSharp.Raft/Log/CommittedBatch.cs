namespace KafkaSharp.Raft.Log;

/// <summary>
/// Consecutive committed records of the metadata log, or records of a snapshot. Immutable. A control batch has offsets but empty
/// <see cref="Records"/>; listeners only update their position to its <see cref="LastOffset"/>.
/// </summary>
/// <param name="BaseOffset">Offset of the first record.</param>
/// <param name="LastOffset">Offset of the last record, including control records.</param>
/// <param name="Epoch">Epoch of the leader that appended them.</param>
/// <param name="AppendTimestamp">When the leader appended them, in milliseconds since the Unix epoch.</param>
/// <param name="SizeInBytes">Bytes of the batch in the log.</param>
/// <param name="Records">The data records.</param>
public sealed record CommittedBatch<TRecord>(
    long BaseOffset, long LastOffset, int Epoch, long AppendTimestamp, int SizeInBytes, IReadOnlyList<TRecord> Records)
{
    /// <summary>The records of a control batch; empty for other batches.</summary>
    public IReadOnlyList<RaftControlRecord> ControlRecords { get; init; } = [];
}
