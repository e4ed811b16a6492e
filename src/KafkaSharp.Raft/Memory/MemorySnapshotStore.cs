using System.Buffers;

namespace KafkaSharp.Raft;

/// <summary>Snapshots in memory, for tests. From any thread.</summary>
public sealed class MemorySnapshotStore : ISnapshotStore
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<OffsetAndEpoch, byte[]> _snapshots = [];

    public IReadOnlyList<OffsetAndEpoch> List()
    {
        lock (_gate)
            return [.. _snapshots.Keys];
    }

    public ISnapshotFile Create(OffsetAndEpoch id) => new MemorySnapshotFile(this, id);

    public Stream OpenRead(OffsetAndEpoch id)
    {
        lock (_gate)
            return new MemoryStream(_snapshots[id], writable: false);
    }

    public long SizeInBytes(OffsetAndEpoch id)
    {
        lock (_gate)
            return _snapshots[id].Length;
    }

    public void Delete(OffsetAndEpoch id)
    {
        lock (_gate)
            _snapshots.Remove(id);
    }

    /// <summary>Puts the bytes of a snapshot file here, as if a node had made it.</summary>
    public void Add(OffsetAndEpoch id, byte[] bytes)
    {
        lock (_gate)
            _snapshots[id] = bytes;
    }

    private sealed class MemorySnapshotFile(MemorySnapshotStore store, OffsetAndEpoch id) : ISnapshotFile
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();

        public void Append(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

        public void Freeze() => store.Add(id, _bytes.WrittenSpan.ToArray());

        public void Dispose()
        {
        }
    }
}
