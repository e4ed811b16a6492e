using KafkaSharp.Compression;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.Epochs;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.ProducerState;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// The log of one partition (Kafka's <c>UnifiedLog</c>): its records with their offsets, epochs, producers, high watermark and last stable
/// offset. Thread-safe: one lock guards changes, reads take none. Errors that a request can cause are <see cref="ErrorCode"/>s. A failure
/// of the disk becomes KAFKA_STORAGE_ERROR on append and read, is reported to <see cref="PartitionLogOptions.StorageFailed"/>, and is an
/// <see cref="IOException"/> out of every other method.
/// </summary>
public sealed class PartitionLog : IDisposable
{
    private readonly LogState _state;
    private readonly StorageGuard _guard;
    private readonly LogLifecycle _lifecycle;
    private readonly SegmentDeletion _deletion;
    private readonly AppendPreparation _preparation;
    private readonly LogAppender _appender;
    private readonly LogReader _reader;
    private readonly OffsetFinder _finder;
    private readonly AnnouncedTruncation _truncation;
    private readonly LogTruncation _removal;
    private readonly LogRetention _retention;
    private readonly LogFlusher _flusher;
    private readonly BackgroundFlush _flushForAppends;

    private PartitionLog(PartitionLogOptions options, LoadedLog loaded)
    {
        Options = options;
        _state = new LogState(options, loaded.Segments, loaded.Producers, loaded.Epochs);
        _guard = new StorageGuard(_state);
        _deletion = new SegmentDeletion(options.FileSystem, options.Time, options.Background, options.Logger);
        _lifecycle = new LogLifecycle(_state, _deletion, _guard);
        var roller = new LogRoller(_state, _deletion, new BackgroundFlush(_guard, options.Background, Flush).Request);
        Producers = new LogProducers(_state);
        _preparation = new AppendPreparation(_state);
        _appender = new LogAppender(_state, roller);
        _reader = new LogReader(_state);
        _finder = new OffsetFinder(_state);
        _removal = new LogTruncation(_state, roller, _deletion);
        _truncation = new AnnouncedTruncation(_state, _removal, _guard, _lifecycle);
        _retention = new LogRetention(_state, roller, _removal, options.Logger);
        _flusher = new LogFlusher(_state);
        _flushForAppends = new BackgroundFlush(_guard, options.FlushForAppends ?? options.Background, _ => _flusher.FlushForAppends());
        _state.Initialize(loaded, options.HighWatermark);
        Cleaning = new CleaningAccess(_state, _guard, _lifecycle, _deletion);
        Cleaning.CheckCleanedOffset();
        Moving = new MoveAccess(_state, _guard, _lifecycle, _flusher, _deletion, roller);
    }

    public PartitionLogOptions Options { get; }

    public TopicPartition TopicPartition => Options.TopicPartition;

    /// <summary>The log's folder, which changes when the log is renamed.</summary>
    public string Directory => _state.Directory;

    /// <summary>Whether it is a future replica: the copy of a log that moves to another log directory.</summary>
    public bool IsFuture => Directory.EndsWith(LogFileNames.FutureDirectorySuffix, StringComparison.Ordinal);

    /// <summary>The topic's id from <c>partition.metadata</c>; null while there is no such file.</summary>
    public Uuid? TopicId => _lifecycle.TopicId;

    /// <summary>The configuration; set again when a config of the topic or the broker changes.</summary>
    public LogConfig Config
    {
        get => _state.Config;
        set => _state.Config = value;
    }

    public LogProducers Producers { get; }

    /// <summary>What the cleaner needs of the log.</summary>
    internal CleaningAccess Cleaning { get; }

    /// <summary>What a move between log directories needs of the log.</summary>
    internal MoveAccess Moving { get; }

    /// <summary>The offset below which the log was compacted; -1 if it never was.</summary>
    public long CleanedOffset => _state.CleanedOffset;

    public long LogStartOffset => _state.LogStartOffset;

    public long LogEndOffset => _state.LogEndOffset;

    public LogOffsetMetadata LogEndOffsetMetadata => _state.LogEnd;

    public long HighWatermark => _state.HighWatermarkOffset;

    public long LastStableOffset => _state.LastStableOffset;

    /// <summary>Everything below it is durable, so that a start after a crash does not look at it.</summary>
    public long RecoveryPoint => _state.RecoveryPoint;

    /// <summary>The records below it survive a power failure; not below the recovery point.</summary>
    public long DurableEnd => _state.DurableEnd.MessageOffset;

    /// <summary>
    /// The end of what may be committed: the log end, but where flush.messages asks for a flush first, the end of what is durable.
    /// </summary>
    public LogOffsetMetadata CommittableEnd
    {
        get
        {
            var end = _state.LogEnd;
            if (!IsFlushDue(end.MessageOffset))
                return end;
            var durable = _state.DurableEnd;
            // The position may be that of a segment that the cleaner has replaced.
            return durable.SegmentBaseOffset == end.SegmentBaseOffset
                ? durable
                : _state.WithPosition(new LogOffsetMetadata(durable.MessageOffset));
        }
    }

    /// <summary>
    /// Raised after each flush, when more may be acknowledged: see <see cref="CheckFlushed"/>. On the thread of the flush, outside the
    /// locks.
    /// </summary>
    public event Action? Flushed
    {
        add => _flusher.Flushed += value;
        remove => _flusher.Flushed -= value;
    }

    public int? LatestEpoch => _state.Epochs.LatestEpoch;

    public IReadOnlyList<EpochEntry> EpochEntries => _state.Epochs.Entries;

    /// <summary>The size of all batches in bytes.</summary>
    public long Size => _state.Segments.SizeInBytes;

    /// <summary>The segments, for the cleaner and for inspection.</summary>
    public LogSegments Segments => _state.Segments;

    /// <summary>The time since the log was last flushed, or opened: flush.ms limits it.</summary>
    public TimeSpan SinceLastFlush => _flusher.SinceLastFlush;

    /// <summary>The high watermark in the checkpoint of the log directory; -1 when it is not there.</summary>
    internal long SavedHighWatermark
    {
        get => _state.SavedHighWatermark;
        set => _state.SavedHighWatermark = value;
    }

    /// <summary>Opens a folder and recovers it after an unclean shutdown; creates an empty log where there is none.</summary>
    /// <exception cref="IOException">The disk fails, or a checkpoint in the folder is malformed.</exception>
    public static PartitionLog Open(PartitionLogOptions options) => new(options, LogLoader.Load(options));

    /// <summary>
    /// Checks produced batches and converts them to the log's compression, without the log's lock: what an append costs by its content
    /// happens here. The result is appended with <see cref="AppendAsLeader(in PreparedAppend, int, VerificationGuard?, short)"/> and
    /// disposed of by the caller.
    /// </summary>
    /// <param name="records">
    /// Whole batches in writable memory, which is patched in place unless the batches have to be converted. The caller keeps it unchanged
    /// until the append has returned.
    /// </param>
    /// <param name="origin">A client or a coordinator.</param>
    /// <param name="turn">The turn on a worker lane, which is checked while records are decompressed; null outside the lanes.</param>
    public PreparedAppend Prepare(ReadOnlyMemory<byte> records, AppendOrigin origin = AppendOrigin.Client, IWorkTurn? turn = null) =>
        _preparation.Prepare(records, origin, turn);

    /// <summary>
    /// Whether <see cref="Prepare"/> takes as long as the content of the batches decides, rather than their size: it is then not for a
    /// socket thread.
    /// </summary>
    public bool PreparationDependsOnContent(ReadOnlySpan<byte> records) => _preparation.DependsOnContent(records);

    /// <summary>
    /// Appends prepared batches: under the log's lock they get their offsets from the log end on, the leader epoch and, under
    /// LogAppendTime, the time, and are written. Batches that <see cref="Prepare"/> refused are refused here with the same error. An append
    /// that flush.messages makes wait for a flush has requested it: see <see cref="LogAppendInfo.IsFlushPending"/>.
    /// </summary>
    /// <param name="prepared">From <see cref="Prepare"/> of this log.</param>
    /// <param name="leaderEpoch">The epoch of this leader; NOT_LEADER_OR_FOLLOWER if a later epoch has started.</param>
    /// <param name="guard">
    /// From <see cref="LogProducers.StartTransactionVerification"/>, after the coordinator has confirmed the transaction; null without
    /// verification.
    /// </param>
    /// <param name="transactionVersion">For markers: from 2 on their epoch must be above the producer's (KIP-890).</param>
    public LogAppendInfo AppendAsLeader(
        in PreparedAppend prepared, int leaderEpoch, VerificationGuard? guard = null, short transactionVersion = 0)
    {
        try
        {
            LogAppendInfo info;
            lock (_state.Gate)
            {
                if (_guard.IsClosed)
                    return Closed();
                info = _appender.Append(prepared, leaderEpoch, guard ?? VerificationGuard.None, transactionVersion);
            }
            // Also a repeated batch waits: the one that is in the log may not be durable yet.
            return info.LastOffset >= 0 && info.ErrorCode == ErrorCode.None && IsFlushDue(info.LastOffset + 1) ? RequestFlush(info) : info;
        }
        catch (Exception e) when (_guard.Covers(e))
        {
            _guard.Report(e);
            return LogAppendInfo.Refused(ErrorCode.KafkaStorageError, e.Message, LogStartOffset) with { IsDiskFull = DiskErrors.IsFull(e) };
        }
    }

    /// <summary>
    /// Prepares and appends in one call. Batches of the quorum's leader (<see cref="AppendOrigin.RaftLeader"/>) have their offsets and
    /// epoch already and are appended as they are.
    /// </summary>
    public LogAppendInfo AppendAsLeader(
        ReadOnlyMemory<byte> records, int leaderEpoch, AppendOrigin origin = AppendOrigin.Client, VerificationGuard? guard = null,
        short transactionVersion = 0)
    {
        using var prepared = origin == AppendOrigin.RaftLeader
            ? _preparation.PrepareWithOffsets(records, leaderEpoch, origin)
            : _preparation.Prepare(records, origin, turn: null);
        return AppendAsLeader(prepared, leaderEpoch, guard, transactionVersion);
    }

    /// <summary>
    /// Appends batches fetched from a leader as they are. OFFSET_OUT_OF_RANGE, with first and last offset set, when they begin below the
    /// log end. As for a leader, what flush.messages asks to flush must be durable before it is acknowledged, by the next fetch.
    /// </summary>
    /// <param name="records">Batches. The last one may be incomplete.</param>
    /// <param name="partitionLeaderEpoch">The leader's epoch: batches of a later one are left out.</param>
    public LogAppendInfo AppendAsFollower(ReadOnlyMemory<byte> records, int partitionLeaderEpoch) =>
        AppendAsLeader(_preparation.PrepareWithOffsets(records, partitionLeaderEpoch, AppendOrigin.Replication), partitionLeaderEpoch);

    /// <summary>
    /// Whether an append up to an offset that waits for its flush may be acknowledged: null while the flush is under way, with
    /// <see cref="Flushed"/> to follow; none; KAFKA_STORAGE_ERROR when the flush has failed or the log was closed before.
    /// </summary>
    public ErrorCode? CheckFlushed(long endOffset)
    {
        // Whatever the config is by now.
        if (endOffset <= DurableEnd)
            return ErrorCode.None;
        return _guard.IsClosed || _flusher.HasFailed ? ErrorCode.KafkaStorageError : null;
    }

    /// <summary>Requests the flush without which the log is not committed up to its end: see <see cref="CommittableEnd"/>.</summary>
    public void RequestFlushIfDue()
    {
        if (IsFlushDue(LogEndOffset))
            _flushForAppends.Request(LogEndOffset);
    }

    /// <summary>
    /// Reads batches from the one that contains an offset, or the first one after it, up to the end that the isolation allows.
    /// OFFSET_OUT_OF_RANGE outside the log; CORRUPT_MESSAGE when a batch that has to be passed is not whole.
    /// </summary>
    /// <param name="startOffset">The first offset.</param>
    /// <param name="maxLength">The largest number of bytes.</param>
    /// <param name="isolation">Where the visible part of the log ends.</param>
    /// <param name="minOneMessage">Whether the first batch is returned whole even when it is larger.</param>
    /// <param name="copy">
    /// Whether the bytes are always copied, for a caller that parses them: an unreadable sector is then KAFKA_STORAGE_ERROR, whereas in a
    /// mapping it ends the process.
    /// </param>
    public LogReadInfo Read(long startOffset, int maxLength, FetchIsolation isolation, bool minOneMessage, bool copy = false)
    {
        try
        {
            if (!_guard.IsClosed)
            {
                var read = _reader.Read(startOffset, maxLength, isolation, minOneMessage, copy);
                if (read.ErrorCode == ErrorCode.CorruptMessage)
                    Options.Logger.CorruptBatchFound(TopicPartition, $"the batch at offset {startOffset}, or one before it, is not whole");
                return read;
            }
        }
        catch (Exception e) when (_guard.Covers(e))
        {
            _guard.Report(e);
        }
        return new LogReadInfo { ErrorCode = ErrorCode.KafkaStorageError, FetchOffset = new LogOffsetMetadata(startOffset) };
    }

    /// <summary>The first record at or after a time, or the result for a special timestamp of <see cref="OffsetLookup"/>.</summary>
    public OffsetLookup OffsetForTimestamp(long timestamp)
    {
        try
        {
            if (!_guard.IsClosed)
                return _finder.Find(timestamp);
        }
        catch (RecordsException fault)
        {
            Options.Logger.CorruptBatchFound(TopicPartition, fault.Message);
            return OffsetLookup.None with { ErrorCode = fault.ErrorCode };
        }
        catch (Exception e) when (_guard.Covers(e))
        {
            _guard.Report(e);
        }
        return OffsetLookup.None with { ErrorCode = ErrorCode.KafkaStorageError };
    }

    /// <summary>The aborted transactions that overlap a range of offsets.</summary>
    public IReadOnlyList<AbortedTransaction> AbortedTransactions(long startOffset, long upperBoundOffset) =>
        _reader.CollectAborted(startOffset, upperBoundOffset);

    /// <summary>Sets the high watermark, bounded by the log's start and end; returns the new value.</summary>
    public long UpdateHighWatermark(long highWatermark) => UpdateHighWatermark(new LogOffsetMetadata(highWatermark));

    public long UpdateHighWatermark(LogOffsetMetadata highWatermark)
    {
        lock (_state.Gate)
            return _state.BoundHighWatermark(highWatermark);
    }

    /// <summary>
    /// Raises the high watermark. Returns the old value when the offset rose or is on a newer segment now; null when nothing changed.
    /// </summary>
    public LogOffsetMetadata? MaybeIncrementHighWatermark(LogOffsetMetadata highWatermark)
    {
        lock (_state.Gate)
            return _state.MaybeIncrementHighWatermark(highWatermark);
    }

    /// <summary>Deletes, for readers, the records below an offset (DeleteRecords). OFFSET_OUT_OF_RANGE above the high watermark.</summary>
    public ErrorCode IncrementLogStartOffset(long newLogStartOffset)
    {
        lock (_state.Gate)
        {
            if (newLogStartOffset > _state.HighWatermarkOffset)
                return ErrorCode.OffsetOutOfRange;
            if (newLogStartOffset > _state.LogStartOffset)
                _removal.RaiseLogStartOffset(newLogStartOffset);
            return ErrorCode.None;
        }
    }

    /// <summary>
    /// The end of the largest epoch not above <paramref name="leaderEpoch"/> (OffsetForLeaderEpoch); null when it is unknown.
    /// </summary>
    public OffsetAndEpoch? EndOffsetForEpoch(int leaderEpoch) => _state.Epochs.EndOffsetFor(leaderEpoch, _state.LogEndOffset);

    public int? EpochForOffset(long offset) => _state.Epochs.EpochForOffset(offset);

    /// <summary>Begins an epoch of this leader at the log end: from now on appends of earlier epochs are refused.</summary>
    public void AssignEpochStartOffset(int leaderEpoch)
    {
        lock (_state.Gate)
            _state.Epochs.Assign(leaderEpoch, _state.LogEndOffset);
    }

    /// <summary>
    /// Another broker leads since the given epoch: on return no append as leader of an earlier epoch is under way, and later ones are
    /// refused with NOT_LEADER_OR_FOLLOWER.
    /// </summary>
    public void RefuseLeaderEpochsBelow(int leaderEpoch)
    {
        lock (_state.Gate)
            _state.LowestLeaderEpoch = Math.Max(_state.LowestLeaderEpoch, leaderEpoch);
    }

    /// <summary>
    /// Removes everything from an offset on; false when the log ends before it. Bytes that readers hold stay as they are. If the disk fails
    /// half way, the log is closed.
    /// </summary>
    public bool TruncateTo(long offset) => _truncation.TruncateTo(offset);

    /// <summary>Removes everything: the log continues at <paramref name="newOffset"/>.</summary>
    public void TruncateFullyAndStartAt(long newOffset, long? logStartOffset = null) =>
        _truncation.TruncateFullyAndStartAt(newOffset, logStartOffset);

    /// <summary>Deletes the segments that retention no longer keeps; returns how many.</summary>
    public int DeleteOldSegments()
    {
        lock (_state.SegmentChanges)
        {
            string directory;
            bool mustFlush;
            lock (_state.Gate)
                (directory, mustFlush) = (_state.Directory, !_guard.IsClosed && _retention.Prepare());
            if (mustFlush)
                _guard.RunUnlessMoved(() => _state.Files.FlushDirectory(directory));
            lock (_state.Gate)
                return _guard.IsClosed || _state.Directory != directory ? 0 : _retention.DeleteOldSegments();
        }
    }

    /// <summary>
    /// Makes everything below an offset durable (fsync) and moves the recovery point there. Appends continue in the meantime.
    /// </summary>
    public void Flush(long upTo = long.MaxValue)
    {
        try
        {
            _flusher.Flush(upTo);
        }
        catch (Exception e) when (_guard.IsOfClosedLog(e))
        {
            // The next start recovers what a closed log has not flushed.
        }
    }

    /// <summary>
    /// Makes all records durable, but not the indexes of the active segment: for a log that is recovered as a whole at every start. One
    /// fsync in most cases.
    /// </summary>
    public void FlushRecords()
    {
        try
        {
            _flusher.FlushForAppends();
        }
        catch (Exception e) when (_guard.IsOfClosedLog(e))
        {
            // As above.
        }
    }

    /// <summary>
    /// The flush of a clean stop, after which no start recovers the log: also the last timestamp must be in the time index after a power
    /// failure, as retention depends on it, and nothing of a failed write may be left.
    /// </summary>
    public void FlushForStop()
    {
        LogSegment? written = null;
        LogSegment? trimmed = null;
        lock (_state.Gate)
        {
            if (!_guard.IsClosed && _state.Segments.Active is var active)
            {
                written = active.WriteLastTimestamp() ? active : null;
                trimmed = active.RemoveTornTail() ? active : null;
            }
        }
        Flush();
        // If everything else was durable, the flush has done nothing.
        written?.TimeIndex.Flush();
        trimmed?.FlushRecords();
    }

    /// <summary>
    /// Writes <c>partition.metadata</c> when there is none; INCONSISTENT_TOPIC_ID when it names another topic. It is made durable in the
    /// background: if a power failure loses it, it is assigned again.
    /// </summary>
    public ErrorCode AssignTopicId(Uuid topicId) => _lifecycle.AssignTopicId(topicId);

    /// <summary>Writes the leader epochs that no flush has written yet.</summary>
    public void FlushLeaderEpochs() => _guard.RunUnlessMoved(_state.Epochs.Flush);

    /// <summary>Renames the folder (deletion, moving between log directories). Files stay open and readers continue.</summary>
    public void RenameDirectory(string newDirectory) => _lifecycle.Rename(newDirectory);

    /// <summary>Closes the log and deletes its folder.</summary>
    public void Delete() => _lifecycle.Delete();

    /// <summary>
    /// Closes the log in order, with a producer snapshot at the end and complete indexes. It does not flush: call <see cref="Flush"/>
    /// before.
    /// </summary>
    public void Dispose() => _lifecycle.Close();

    /// <summary>Closes the log without writing anything, when the disk has failed, or to simulate a crash.</summary>
    public void CloseAbruptly() => _lifecycle.CloseAbruptly();

    private bool IsFlushDue(long endOffset) => endOffset - _state.DurableEnd.MessageOffset >= Config.FlushInterval;

    private LogAppendInfo RequestFlush(in LogAppendInfo info)
    {
        _flushForAppends.Request(info.LastOffset + 1);
        return info with { IsFlushPending = true };
    }

    private LogAppendInfo Closed() =>
        LogAppendInfo.Refused(ErrorCode.KafkaStorageError, $"The log of {TopicPartition} is closed", LogStartOffset);
}
