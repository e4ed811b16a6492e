using System.Buffers;
using KafkaSharp.Protocol;
using KafkaSharp.Raft.Log;
using KafkaSharp.Raft.Snapshots;

namespace KafkaSharp.Raft.Tests.Harness;

/// <summary>Snapshots in memory. Thread-safe.</summary>
internal sealed class MemorySnapshotStore : ISnapshotStore
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<OffsetAndEpoch, byte[]> _snapshots = [];

    /// <summary>Called before each listing. An exception simulates a disk failure.</summary>
    public Action? OnList { get; set; }

    /// <summary>Called before each write to a file. An exception simulates a disk failure.</summary>
    public Action? OnAppend { get; set; }

    /// <summary>The number of created files that are not yet disposed.</summary>
    public int OpenFiles { get; private set; }

    public IReadOnlyList<OffsetAndEpoch> List()
    {
        OnList?.Invoke();
        lock (_gate)
            return [.. _snapshots.Keys];
    }

    public ISnapshotFile Create(OffsetAndEpoch id)
    {
        OpenFiles++;
        return new MemorySnapshotFile(this, id);
    }

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

    /// <summary>Adds a finished snapshot file.</summary>
    public void Add(OffsetAndEpoch id, byte[] bytes)
    {
        lock (_gate)
            _snapshots[id] = bytes;
    }

    private sealed class MemorySnapshotFile(MemorySnapshotStore store, OffsetAndEpoch id) : ISnapshotFile
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();

        public void Append(ReadOnlySpan<byte> bytes)
        {
            store.OnAppend?.Invoke();
            _bytes.Write(bytes);
        }

        public void Freeze() => store.Add(id, _bytes.WrittenSpan.ToArray());

        public void Dispose() => store.OpenFiles--;
    }
}
