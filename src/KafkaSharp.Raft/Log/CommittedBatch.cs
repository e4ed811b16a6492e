namespace KafkaSharp.Raft.Log;

/// <summary>
/// Consecutive records of the metadata log that are committed, or of a snapshot. Immutable. A batch of Raft's own control records has
/// offsets but an empty <see cref="Records"/>: listeners take note of <see cref="LastOffset"/>.
/// </summary>
/// <param name="BaseOffset">Offset of the first record.</param>
/// <param name="LastOffset">Offset of the last record, control records counted.</param>
/// <param name="Epoch">Epoch of the leader that appended them.</param>
/// <param name="AppendTimestamp">When the leader did, in milliseconds since 1970.</param>
/// <param name="SizeInBytes">Bytes of the batch in the log.</param>
/// <param name="Records">The data records.</param>
public sealed record CommittedBatch<TRecord>(
    long BaseOffset, long LastOffset, int Epoch, long AppendTimestamp, int SizeInBytes, IReadOnlyList<TRecord> Records)
{
    /// <summary>Raft's own records, where this is a control batch; else empty.</summary>
    public IReadOnlyList<RaftControlRecord> ControlRecords { get; init; } = [];
}
