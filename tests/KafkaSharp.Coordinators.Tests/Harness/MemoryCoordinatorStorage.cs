using System.Buffers;
using KafkaSharp.Coordinators.Records;
using KafkaSharp.Coordinators.Shards;
using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Tests.Harness;

/// <summary>
/// Partitions of __consumer_offsets in memory, as bytes. Commits at once unless a test holds commits back or fails appends.
/// </summary>
sealed class MemoryCoordinatorStorage : ICoordinatorStorage
{
    private readonly Dictionary<int, List<Entry>> _partitions = [];

    public sealed record Entry(byte[] Key, byte[]? Value, long ProducerId = -1, bool? EndTransaction = null);

    public GroupCoordinator? Coordinator { get; set; }
    public ErrorCode AppendError { get; set; }
    public bool HoldsCommits { get; set; }

    /// <summary>Runs inside of every append, on the shard's loop.</summary>
    public Action? OnAppend { get; set; }

    /// <summary>What a load throws.</summary>
    public Exception? LoadError { get; set; }

    /// <summary>A load waits until this is completed.</summary>
    public TaskCompletionSource? LoadGate { get; set; }

    public List<Entry> Entries(int partition)
    {
        if (!_partitions.TryGetValue(partition, out var entries))
            _partitions.Add(partition, entries = []);
        return entries;
    }

    public void CommitAll()
    {
        foreach (var (partition, entries) in _partitions)
            Coordinator!.OnHighWatermarkUpdated(partition, entries.Count);
    }

    public async Task<long> LoadAsync(int partition, ICoordinatorReplay replay, CancellationToken cancellation)
    {
        if (LoadGate is { } gate)
            await gate.Task.WaitAsync(cancellation);
        if (LoadError is { } error)
            throw error;
        var entries = Entries(partition);
        for (var offset = 0; offset < entries.Count; offset++)
        {
            var entry = entries[offset];
            if (entry.EndTransaction is { } committed)
                replay.ReplayEndTransaction(entry.ProducerId, committed);
            else
                replay.Replay(offset, entry.ProducerId, entry.Key, entry.Value, entry.Value is not null);
        }
        return entries.Count;
    }

    public ICoordinatorLog OpenLog(int partition) => new Log(this, partition);

    private sealed class Log(MemoryCoordinatorStorage storage, int partition) : ICoordinatorLog
    {
        public long Append(IReadOnlyList<CoordinatorRecord> records, bool isAtomic)
        {
            if (storage.AppendError != ErrorCode.None)
                throw new StateMachineException(storage.AppendError, "as the test wants");
            storage.OnAppend?.Invoke();
            var entries = storage.Entries(partition);
            foreach (var record in records)
                entries.Add(new Entry(Bytes(record.WriteKey), record.IsTombstone ? null : Bytes(record.WriteValue)));
            if (!storage.HoldsCommits)
                storage.Coordinator!.OnHighWatermarkUpdated(partition, entries.Count);
            return entries.Count;
        }

        public void Dispose()
        {
        }

        private static byte[] Bytes(Action<IBufferWriter<byte>> write)
        {
            var buffer = new ArrayBufferWriter<byte>();
            write(buffer);
            return buffer.WrittenSpan.ToArray();
        }
    }
}
