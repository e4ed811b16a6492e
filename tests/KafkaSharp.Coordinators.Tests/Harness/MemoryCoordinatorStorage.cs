using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Building;
using KafkaSharp.Protocol.Records.Reading;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Tests.Harness;

/// <summary>
/// Partitions of a coordinator's topic in memory, one entry per offset. Commits at once unless a test delays commits or fails appends.
/// </summary>
internal sealed class MemoryCoordinatorStorage : ICoordinatorStorage
{
    private readonly Dictionary<int, MemoryPartition> _partitions = [];

    /// <summary>A record, or the marker that ends a transaction.</summary>
    public sealed record Entry(byte[] Key, byte[]? Value, long ProducerId = -1, bool? EndTransaction = null, short ProducerEpoch = 0);

    public ErrorCode AppendError { get; set; }

    public bool HoldsCommits { get; set; }

    public int MaxBatchSize { get; set; } = 1024 * 1024;

    /// <summary>Runs inside of every append, on the shard's loop.</summary>
    public Action? OnAppend { get; set; }

    /// <summary>What a load throws.</summary>
    public Exception? LoadError { get; set; }

    /// <summary>A load waits until this is completed.</summary>
    public TaskCompletionSource? LoadGate { get; set; }

    /// <summary>The number of records of each batch that was appended, a marker as 0.</summary>
    public List<int> Batches { get; } = [];

    /// <summary>The epoch in which the partitions are led; null accepts every epoch.</summary>
    public int? LeaderEpoch { get; set; }

    /// <summary>What the verification of a transaction says; accepts everything unless a test sets it.</summary>
    public Func<TransactionIdentity, Task<TransactionVerification?>>? OnVerify { get; set; }

    /// <summary>What came with each append of a transaction's records.</summary>
    public List<TransactionVerification?> Verifications { get; } = [];

    public List<Entry> Entries(int partition) => Partition(partition).Entries;

    /// <summary>Moves the high watermark of a partition, as replication would.</summary>
    public void Commit(int partition, long highWatermark) => Partition(partition).Commit(highWatermark);

    public void CommitAll()
    {
        foreach (var partition in _partitions.Values)
            partition.Commit(partition.Entries.Count);
    }

    /// <summary>
    /// What the log cleaner does: of the records before an offset the newest one of each key stays, and of these no tombstone. Only what
    /// loads afterwards sees it.
    /// </summary>
    public void Compact(int partition, int before) => Partition(partition).Compact(before);

    public async Task<ICoordinatorPartition> OpenAsync(int partition, CancellationToken cancellation)
    {
        if (LoadGate is { } gate)
            await gate.Task.WaitAsync(cancellation);
        if (LoadError is { } error)
            throw error;
        var opened = Partition(partition);
        if (!HoldsCommits)
            opened.Commit(opened.Entries.Count);
        return opened;
    }

    public Task<TransactionVerification?> VerifyAsync(int partition, TransactionIdentity transaction) =>
        OnVerify is { } verify ? verify(transaction) : Task.FromResult<TransactionVerification?>(null);

    private MemoryPartition Partition(int partition)
    {
        if (!_partitions.TryGetValue(partition, out var found))
            _partitions.Add(partition, found = new MemoryPartition(this));
        return found;
    }

    private sealed class MemoryPartition(MemoryCoordinatorStorage storage) : ICoordinatorPartition
    {
        private Action<long>? _advanced;
        private List<int> _compacted = [];
        private int _compactedTo;

        public List<Entry> Entries { get; } = [];

        public long LogStartOffset => 0;

        public long LogEndOffset => Entries.Count;

        public long HighWatermark { get; private set; }

        public int MaxBatchSize => storage.MaxBatchSize;

        public void Subscribe(Action<long> highWatermarkAdvanced) => _advanced = highWatermarkAdvanced;

        public void Commit(long highWatermark)
        {
            if (highWatermark <= HighWatermark)
                return;
            HighWatermark = highWatermark;
            _advanced?.Invoke(highWatermark);
        }

        public void Compact(int before)
        {
            if (before <= _compactedTo)
                return;
            var newest = new Dictionary<string, int>();
            foreach (var offset in _compacted.Concat(Enumerable.Range(_compactedTo, before - _compactedTo)))
                newest[Convert.ToHexString(Entries[offset].Key)] = offset;
            _compacted = [.. newest.Values.Where(offset => Entries[offset].Value is not null).Order()];
            _compactedTo = before;
        }

        public CoordinatorRead Read(long startOffset, int maxBytes)
        {
            startOffset = SkipRemoved((int)startOffset);
            var entry = Entries[(int)startOffset];
            if (entry.EndTransaction is { } committed)
            {
                var marker = new EndTransactionMarker(committed ? ControlRecordType.Commit : ControlRecordType.Abort, 0);
                return new CoordinatorRead(
                    ControlRecords.EndTransactionBatch(marker, startOffset, 0, entry.ProducerId, entry.ProducerEpoch, 0), null);
            }
            using var builder = new RecordBatchBuilder(new RecordBatchOptions
            {
                BaseOffset = startOffset,
                ProducerId = entry.ProducerId,
                ProducerEpoch = entry.ProducerId < 0 ? (short)-1 : entry.ProducerEpoch,
                BaseSequence = 0,
                IsTransactional = entry.ProducerId >= 0,
            });
            builder.Append(0, entry.Key, entry.Value, hasValue: entry.Value is not null);
            return new CoordinatorRead(builder.Build().ToArray(), null);
        }

        public long Append(
            ReadOnlyMemory<byte> batch, int leaderEpoch, short transactionVersion, TransactionVerification? verification = null)
        {
            if (storage.AppendError != ErrorCode.None)
                throw new StateMachineException(storage.AppendError, "injected by the test");
            if (storage.LeaderEpoch is { } current && current != leaderEpoch)
                throw new StateMachineException(ErrorCode.NotLeaderOrFollower, $"led in epoch {current}, not {leaderEpoch}");
            if (batch.Length > MaxBatchSize)
                throw new StateMachineException(ErrorCode.MessageTooLarge, "the batch is too large");
            storage.OnAppend?.Invoke();
            foreach (var read in new RecordBatchReader(batch.Span))
            {
                Add(read);
                if (read.Header.IsTransactional && !read.Header.IsControlBatch)
                    storage.Verifications.Add(verification);
            }
            if (!storage.HoldsCommits)
                Commit(Entries.Count);
            return Entries.Count;
        }

        public void Dispose() => _advanced = null;

        private int SkipRemoved(int offset)
        {
            if (offset >= _compactedTo)
                return offset;
            var index = _compacted.BinarySearch(offset);
            return index >= 0 ? offset : ~index < _compacted.Count ? _compacted[~index] : _compactedTo;
        }

        private void Add(RecordBatch batch)
        {
            var header = batch.Header;
            var before = Entries.Count;
            using var reader = new RecordReader(batch);
            while (reader.MoveNext())
            {
                ref readonly var record = ref reader.Current;
                bool? end = header.IsControlBatch ? ControlRecords.ParseType(record.Key) == ControlRecordType.Commit : null;
                var value = record.HasValue ? record.Value.ToArray() : null;
                Entries.Add(new Entry(record.Key.ToArray(), value, header.ProducerId, end, header.ProducerEpoch));
            }
            storage.Batches.Add(header.IsControlBatch ? 0 : Entries.Count - before);
        }
    }
}
