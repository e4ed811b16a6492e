namespace KafkaSharp.Raft;

/// <summary>
/// A snapshot being written: nobody sees it until <see cref="Freeze"/> made it durable under its name; disposed before that it leaves nothing. For one
/// thread, any.
/// </summary>
public sealed class SnapshotWriter<TRecord> : IDisposable
{
    internal SnapshotWriter(OffsetAndEpoch id) => Id = id;

    public OffsetAndEpoch Id { get; }

    public void Append(IReadOnlyList<TRecord> records) => throw new NotImplementedException();

    /// <summary>Writes the footer, flushes, and gives the snapshot its name.</summary>
    public void Freeze() => throw new NotImplementedException();

    public void Dispose()
    {
    }
}
