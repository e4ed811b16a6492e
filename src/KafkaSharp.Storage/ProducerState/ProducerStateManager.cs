using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Storage.FileSystem;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Storage.ProducerState;

/// <summary>
/// The idempotent and transactional producers of one log, and the snapshots of this state (Kafka's <c>ProducerStateManager</c>). Used under
/// the log's lock. The state is that of all records below <see cref="MapEndOffset"/>: it is loaded from the newest snapshot, and the
/// batches above are replayed with origin Replication.
/// </summary>
public sealed class ProducerStateManager
{
    private readonly Dictionary<long, ProducerStateEntry> _producers = new(SeededInt64Comparer.Instance);
    private readonly OngoingTransactions _transactions = new();
    private readonly ProducerSnapshots _snapshots;
    private readonly ProducerAppend _append;
    private long _lastSnapshotOffset;
    private bool _isSkipLogged;

    /// <param name="files">The file system of the snapshots.</param>
    /// <param name="topicPartition">The partition, for messages.</param>
    /// <param name="directory">The log's folder.</param>
    /// <param name="expirationMs">producer.id.expiration.ms: how long an idle producer is kept, in milliseconds.</param>
    /// <param name="logger">The log of faults in snapshots.</param>
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

    /// <summary>
    /// Whether a leader begins a transaction only with the guard of a verification (transaction.partition.verification.enable, KIP-890),
    /// which may change while the broker runs.
    /// </summary>
    public bool RequiresVerification { get; set; }

    internal TransactionVerifications Verifications { get; } = new();

    internal RefusedProducers Refused { get; } = new();

    /// <summary>The log's folder; set again when it is renamed.</summary>
    public string Directory
    {
        get => _snapshots.Directory;
        set => _snapshots.Directory = value;
    }

    /// <summary>The state is that of exactly the records below this offset.</summary>
    public long MapEndOffset { get; private set; }

    public bool IsEmpty => _producers.Count == 0 && _transactions.IsEmpty;

    /// <summary>The producers, in no particular order (DescribeProducers).</summary>
    public IReadOnlyCollection<ProducerStateEntry> Producers => _producers.Values;

    /// <summary>
    /// The first offset that a read_committed reader must not see, because its transaction is open or not replicated; null when there is
    /// none.
    /// </summary>
    public long? FirstUnstableOffset => _transactions.FirstUnstableOffset;

    /// <summary>The first offset of the oldest open transaction; null when none is open.</summary>
    public long? FirstUndecidedOffset => _transactions.FirstUndecidedOffset;

    public long? LatestSnapshotOffset => _snapshots.Latest;

    public ProducerStateEntry? Find(long producerId) => _producers.GetValueOrDefault(producerId);

    /// <summary>Whether a transaction of this producer and epoch is open in this log.</summary>
    public bool HasOngoingTransaction(long producerId, short epoch) =>
        Find(producerId) is { CurrentTransactionFirstOffset: not null } entry && entry.ProducerEpoch == epoch;

    /// <summary>
    /// Begins the verification of a transaction, unless it is open in this log already. INVALID_PRODUCER_EPOCH: the producer is fenced.
    /// </summary>
    public (ErrorCode ErrorCode, VerificationGuard Guard) BeginVerification(
        long producerId, int sequence, short epoch, bool supportsEpochBump, long nowMs)
    {
        if (Find(producerId) is { } known && epoch < known.ProducerEpoch)
            return (ErrorCode.InvalidProducerEpoch, VerificationGuard.None);
        return (ErrorCode.None, HasOngoingTransaction(producerId, epoch)
            ? VerificationGuard.None
            : Verifications.Begin(producerId, sequence, epoch, supportsEpochBump, nowMs));
    }

    /// <summary>
    /// Begins to check the batches of an append, or to replay those of a segment. What was staged before and not committed is dropped.
    /// </summary>
    /// <param name="origin">It decides which checks apply.</param>
    /// <param name="guard">The guard of the transaction's verification.</param>
    /// <param name="transactionVersion">For markers: from 2 on their epoch must be above the producer's (KIP-890).</param>
    public ProducerAppend BeginAppend(
        AppendOrigin origin, VerificationGuard? guard = null, short transactionVersion = ProducerAppend.UnknownTransactionVersion)
    {
        _append.Begin(origin, guard ?? VerificationGuard.None, transactionVersion);
        return _append;
    }

    /// <summary>
    /// Applies what the append staged, when its bytes are in the log. The transactions that it completes stay open until
    /// <see cref="CompleteTransaction"/>, which the caller calls when their entries are in the transaction index.
    /// </summary>
    public void Commit(ProducerAppend append)
    {
        foreach (var staged in append.Producers)
        {
            if (!_producers.TryGetValue(staged.Entry.ProducerId, out var entry))
            {
                _producers.Add(staged.Entry.ProducerId, entry = new ProducerStateEntry(staged.Entry.ProducerId));
                Refused.Remove(staged.Entry.ProducerId);
            }
            entry.Apply(staged.Entry);
            if (staged.IsTransactional && !Verifications.IsEmpty)
                Verifications.Remove(staged.Entry.ProducerId);
        }
        foreach (var (producerId, firstOffset) in append.Begun)
            _transactions.Begin(producerId, firstOffset);
    }

    /// <summary>The disk had no space for a client's batch: it must come before later ones of its producer.</summary>
    internal void OnRefused(RecordBatchHeader batch, long nowMs)
    {
        if (batch.HasProducerId && Find(batch.ProducerId) is null)
            Refused.Add(batch.ProducerId, batch.ProducerEpoch, batch.BaseSequence, nowMs);
    }

    /// <summary>The last stable offset once this transaction is completed, as the transaction index records it.</summary>
    public long LastStableOffsetAfter(CompletedTransaction transaction) => _transactions.LastStableOffsetAfter(transaction);

    /// <summary>Ends a transaction. It still limits the last stable offset until the high watermark passes its marker.</summary>
    public void CompleteTransaction(CompletedTransaction transaction) => _transactions.Complete(transaction);

    /// <summary>Sets <see cref="MapEndOffset"/>: the records below <paramref name="offset"/> are in the state.</summary>
    public void UpdateMapEndOffset(long offset) => MapEndOffset = offset;

    /// <summary>The high watermark has changed: transactions whose marker is below it no longer limit the last stable offset.</summary>
    public void OnHighWatermarkUpdated(long highWatermark) => _transactions.RemoveUnreplicatedBelow(highWatermark);

    /// <summary>The log start offset has increased.</summary>
    public void OnLogStartOffsetIncremented(long logStartOffset)
    {
        _transactions.RemoveUnreplicatedBelow(logStartOffset);
        if (MapEndOffset < logStartOffset)
            MapEndOffset = logStartOffset;
        _lastSnapshotOffset = _snapshots.Latest ?? logStartOffset;
    }

    /// <summary>
    /// Removes the producers that were idle for too long and have no open transaction, and verifications and refusals as old; returns the
    /// number of producers.
    /// </summary>
    public int RemoveExpired(long nowMs)
    {
        Verifications.RemoveExpired(nowMs, ExpirationMs);
        Refused.RemoveExpired(nowMs, ExpirationMs);
        var before = _producers.Count;
        foreach (var entry in _producers.Values)
        {
            if (IsExpired(entry, nowMs))
                _producers.Remove(entry.ProducerId);
        }
        return before - _producers.Count;
    }

    /// <summary>
    /// Writes a snapshot at <see cref="MapEndOffset"/> unless there is one. With <paramref name="flush"/> it is durable on return.
    /// </summary>
    public void TakeSnapshot(bool flush = true)
    {
        if (MapEndOffset <= _lastSnapshotOffset)
            return;
        _snapshots.Write(MapEndOffset, _producers.Values, flush);
        _lastSnapshotOffset = MapEndOffset;
    }

    /// <summary>
    /// Finds the snapshots among the folder's files when the log is opened. Those without a segment are deleted, except the newest if it is
    /// at or above the last segment: it is that of a clean shutdown.
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
    /// Continues with the snapshots of a log in another folder that has the same records; the state is not changed.
    /// </summary>
    internal void ContinueWithSnapshotsOf(ProducerStateManager other)
    {
        _snapshots.ContinueWith(other._snapshots);
        _lastSnapshotOffset = _snapshots.Latest ?? 0;
    }

    /// <summary>
    /// Adapts the state to a log with these bounds: snapshots outside are deleted, and unless the state ends exactly at the log end it is
    /// loaded again from the newest snapshot. The caller then replays the log from <see cref="MapEndOffset"/> on.
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

    /// <summary>Resets the state for an empty log that begins at <paramref name="offset"/>.</summary>
    public void TruncateFullyAndStartAt(long offset)
    {
        _producers.Clear();
        Refused.Clear();
        _transactions.Clear();
        _snapshots.DeleteWhere(_ => true);
        _lastSnapshotOffset = 0;
        MapEndOffset = offset;
    }

    /// <summary>
    /// Removes the snapshot at a segment's base offset from the state and returns its path, so that the caller deletes the file with the
    /// segment; null when there is none.
    /// </summary>
    public string? DetachSnapshot(long offset) => _snapshots.Detach(offset);

    /// <summary>A batch in the log contradicts the state and was skipped by a replay. Only the first one is logged.</summary>
    internal void OnBatchSkipped(long offset, string reason)
    {
        if (!_isSkipLogged)
            Logger.BatchSkippedInReplay(TopicPartition, offset, reason);
        _isSkipLogged = true;
    }

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
