using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Storage.FileSystem;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.ProducerState;

/// <summary>
/// What one log knows of its idempotent and transactional producers, and its snapshots (Kafka's <c>ProducerStateManager</c>). Every call is made under
/// the log's append lock. The state is always that of all records below <see cref="MapEndOffset"/>: loaded from the newest snapshot,
/// then brought up by replaying the batches above it with origin Replication.
/// </summary>
public sealed class ProducerStateManager
{
    private readonly Dictionary<long, ProducerStateEntry> _producers = [];
    private readonly OngoingTransactions _transactions = new();
    private readonly ProducerSnapshots _snapshots;
    private readonly ProducerAppend _append;
    private long _lastSnapshotOffset;

    /// <param name="files">Where the snapshots are.</param>
    /// <param name="topicPartition">For messages.</param>
    /// <param name="directory">The log's folder.</param>
    /// <param name="expirationMs">producer.id.expiration.ms: how long an idle producer is remembered, in milliseconds.</param>
    /// <param name="logger">Takes what goes wrong with snapshots.</param>
    public ProducerStateManager(IFileSystem files, TopicPartition topicPartition, string directory, int expirationMs, ILogger logger)
    {
        TopicPartition = topicPartition;
        ExpirationMs = expirationMs;
        Logger = logger;
        _snapshots = new ProducerSnapshots(files, directory);
        _append = new ProducerAppend(this);
    }

    public TopicPartition TopicPartition { get; }

    internal ILogger Logger { get; }

    /// <summary>producer.id.expiration.ms, which may change while the broker runs.</summary>
    public int ExpirationMs { get; set; }

    /// <summary>The log's folder; set anew when it is renamed.</summary>
    public string Directory
    {
        get => _snapshots.Directory;
        set => _snapshots.Directory = value;
    }

    /// <summary>The state holds exactly the records below this offset.</summary>
    public long MapEndOffset { get; private set; }

    public bool IsEmpty => _producers.Count == 0;

    /// <summary>The active producers, in no order: DescribeProducers.</summary>
    public IReadOnlyCollection<ProducerStateEntry> Producers => _producers.Values;

    /// <summary>The first offset that a read_committed reader must not see, because its transaction is open or not replicated; null where there is none.</summary>
    public long? FirstUnstableOffset => _transactions.FirstUnstableOffset;

    /// <summary>The first offset of the oldest open transaction; null where none is open.</summary>
    public long? FirstUndecidedOffset => _transactions.FirstUndecidedOffset;

    public long? LatestSnapshotOffset => _snapshots.Latest;

    public ProducerStateEntry? Find(long producerId) => _producers.GetValueOrDefault(producerId);

    /// <summary>Whether a transaction of this producer and epoch is open here.</summary>
    public bool HasOngoingTransaction(long producerId, short epoch) =>
        Find(producerId) is { CurrentTransactionFirstOffset: not null } entry && entry.ProducerEpoch == epoch;

    /// <summary>Begins to check the batches of an append, or to replay those of a segment. What an earlier one staged is forgotten.</summary>
    public ProducerAppend BeginAppend(AppendOrigin origin)
    {
        _append.Begin(origin);
        return _append;
    }

    /// <summary>
    /// Takes over what the append staged, now that its bytes are in the log. Its completed transactions are still open: each goes through
    /// <see cref="CompleteTransaction"/>, where the transaction index is written.
    /// </summary>
    public void Commit(ProducerAppend append)
    {
        foreach (var staged in append.Producers)
        {
            if (!_producers.TryGetValue(staged.Entry.ProducerId, out var entry))
                _producers.Add(staged.Entry.ProducerId, entry = new ProducerStateEntry(staged.Entry.ProducerId));
            entry.Apply(staged.Entry);
        }
        foreach (var (producerId, firstOffset) in append.Begun)
            _transactions.Begin(producerId, firstOffset);
    }

    /// <summary>The last stable offset once this transaction is completed, as the transaction index records it.</summary>
    public long LastStableOffsetAfter(CompletedTransaction transaction) => _transactions.LastStableOffsetAfter(transaction);

    /// <summary>Ends a transaction. It still limits the last stable offset until the high watermark passes its marker.</summary>
    public void CompleteTransaction(CompletedTransaction transaction) => _transactions.Complete(transaction);

    /// <summary>Says that the records below <paramref name="offset"/> are in the state.</summary>
    public void UpdateMapEndOffset(long offset) => MapEndOffset = offset;

    /// <summary>The high watermark has moved: what was completed below it holds nothing back any more.</summary>
    public void OnHighWatermarkUpdated(long highWatermark) => _transactions.RemoveUnreplicatedBelow(highWatermark);

    /// <summary>The log begins later than it did.</summary>
    public void OnLogStartOffsetIncremented(long logStartOffset)
    {
        _transactions.RemoveUnreplicatedBelow(logStartOffset);
        if (MapEndOffset < logStartOffset)
            MapEndOffset = logStartOffset;
        _lastSnapshotOffset = _snapshots.Latest ?? logStartOffset;
    }

    /// <summary>Forgets producers that have been idle for too long; one with an open transaction is kept. Gives how many went.</summary>
    public int RemoveExpired(long nowMs)
    {
        var before = _producers.Count;
        foreach (var entry in _producers.Values)
        {
            if (IsExpired(entry, nowMs))
                _producers.Remove(entry.ProducerId);
        }
        return before - _producers.Count;
    }

    /// <summary>Writes a snapshot at <see cref="MapEndOffset"/> unless the newest one is there. With <paramref name="flush"/> it is durable on return.</summary>
    public void TakeSnapshot(bool flush = true)
    {
        if (MapEndOffset <= _lastSnapshotOffset)
            return;
        _snapshots.Write(MapEndOffset, _producers.Values, flush);
        _lastSnapshotOffset = MapEndOffset;
    }

    /// <summary>
    /// At opening: takes over the snapshots among the folder's files. Those that belong to no segment go, but for the newest if it lies at or
    /// above the last segment (it is that of a clean stop).
    /// </summary>
    public void LoadSnapshots(IEnumerable<string> paths, IReadOnlyCollection<long> segmentBaseOffsets)
    {
        _snapshots.Load(paths);
        if (segmentBaseOffsets.Count == 0)
            return;
        var lastSegment = segmentBaseOffsets.Max();
        var stray = _snapshots.Offsets.Where(offset => !segmentBaseOffsets.Contains(offset)).DefaultIfEmpty(-1).Max();
        _snapshots.DeleteWhere(offset =>
            !segmentBaseOffsets.Contains(offset) && (offset != stray || offset < lastSegment));
    }

    /// <summary>
    /// Brings the state to one that fits a log of these bounds: snapshots outside go, and unless the state ends exactly at the log's end it is
    /// loaded again from the newest snapshot. The caller then replays from <see cref="MapEndOffset"/> on.
    /// </summary>
    public void TruncateAndReload(long logStartOffset, long logEndOffset, long nowMs)
    {
        _snapshots.DeleteWhere(offset => offset > logEndOffset || offset <= logStartOffset);
        if (logEndOffset == MapEndOffset)
        {
            OnLogStartOffsetIncremented(logStartOffset);
            return;
        }
        _producers.Clear();
        _transactions.Clear();
        LoadFromSnapshot(logStartOffset, nowMs);
    }

    /// <summary>The log is empty and begins at <paramref name="offset"/>.</summary>
    public void TruncateFullyAndStartAt(long offset)
    {
        _producers.Clear();
        _transactions.Clear();
        _snapshots.DeleteWhere(_ => true);
        _lastSnapshotOffset = 0;
        MapEndOffset = offset;
    }

    /// <summary>
    /// Forgets the snapshot at a segment's base offset, whose file the caller deletes together with that segment's; its path, or null where there is none.
    /// </summary>
    public string? DetachSnapshot(long offset) => _snapshots.Detach(offset);

    private void LoadFromSnapshot(long logStartOffset, long nowMs)
    {
        while (_snapshots.Latest is { } offset)
        {
            try
            {
                foreach (var entry in _snapshots.Read(offset))
                    Restore(entry, nowMs);
                _lastSnapshotOffset = MapEndOffset = offset;
                return;
            }
            catch (InvalidDataException e)
            {
                Logger.ProducerSnapshotUnusable(_snapshots.PathOf(offset), e.Message);
                _snapshots.Delete(offset);
            }
        }
        _lastSnapshotOffset = MapEndOffset = logStartOffset;
    }

    private void Restore(ProducerStateEntry entry, long nowMs)
    {
        if (IsExpired(entry, nowMs))
            return;
        _producers[entry.ProducerId] = entry;
        if (entry.CurrentTransactionFirstOffset is { } firstOffset)
            _transactions.Begin(entry.ProducerId, firstOffset);
    }

    private bool IsExpired(ProducerStateEntry entry, long nowMs) =>
        entry.CurrentTransactionFirstOffset is null && nowMs - entry.LastTimestamp >= ExpirationMs;
}
