using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Storage.Checkpoints;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.Epochs;
using KafkaSharp.Storage.Indexes;
using KafkaSharp.Storage.ProducerState;
using KafkaSharp.Storage.Segments;

namespace KafkaSharp.Storage.Logs;

/// <summary>
/// The log of one partition (Kafka's <c>UnifiedLog</c>): its records with their offsets, epochs, producers, high watermark and last stable offset. One lock
/// guards changes; reads take none. What a request may cause is an <see cref="ErrorCode"/>; an <see cref="IOException"/> of the disk becomes
/// KAFKA_STORAGE_ERROR on append and read, is told to <see cref="PartitionLogOptions.StorageFailed"/>, and is thrown by everything else.
/// </summary>
public sealed class PartitionLog : IDisposable
{
    private readonly LogState _state;
    private readonly SegmentDeletion _deletion;
    private readonly AppendPreparation _preparation;
    private readonly LogAppender _appender;
    private readonly LogReader _reader;
    private readonly OffsetFinder _finder;
    private readonly LogTruncation _truncation;
    private readonly LogRetention _retention;
    private readonly LogFlusher _flusher;
    private readonly TransactionVerifications _verifications;
    private volatile bool _closed;

    private PartitionLog(PartitionLogOptions options, LoadedLog loaded)
    {
        Options = options;
        _state = new LogState(options, loaded.Segments, loaded.Producers, loaded.Epochs);
        _deletion = new SegmentDeletion(options.Time, options.Logger);
        var roller = new LogRoller(_state, _deletion, FlushLater);
        _verifications = new TransactionVerifications(loaded.Producers);
        _preparation = new AppendPreparation(_state);
        _appender = new LogAppender(_state, roller, _verifications);
        _reader = new LogReader(_state);
        _finder = new OffsetFinder(_state);
        _truncation = new LogTruncation(_state, roller, _deletion);
        _retention = new LogRetention(_state, roller, _truncation, options.Logger);
        _flusher = new LogFlusher(_state);
        _state.Initialize(loaded.LogStartOffset, loaded.LogEndOffset, loaded.RecoveryPoint);
        TopicId = PartitionMetadataFile.Read(options.FileSystem, options.Directory);
    }

    public PartitionLogOptions Options { get; }

    public TopicPartition TopicPartition => Options.TopicPartition;

    /// <summary>The folder, which changes when the log is renamed.</summary>
    public string Directory => _state.Directory;

    /// <summary>The topic's id from <c>partition.metadata</c>; null where there is no such file yet.</summary>
    public Uuid? TopicId { get; private set; }

    /// <summary>Set anew when a config of topic or broker changes.</summary>
    public LogConfig Config
    {
        get => _state.Config;
        set => _state.Config = value;
    }

    public long LogStartOffset => _state.LogStartOffset;

    public long LogEndOffset => _state.LogEndOffset;

    public LogOffsetMetadata LogEndOffsetMetadata => _state.LogEnd;

    public long HighWatermark => _state.HighWatermarkOffset;

    public long LastStableOffset => _state.LastStableOffset;

    /// <summary>All below it survives a power cut.</summary>
    public long RecoveryPoint => _state.RecoveryPoint;

    public int? LatestEpoch => _state.Epochs.LatestEpoch;

    public IReadOnlyList<EpochEntry> EpochEntries => _state.Epochs.Entries;

    /// <summary>Bytes of all batches.</summary>
    public long Size => _state.Segments.SizeInBytes;

    /// <summary>The segments, for the cleaner and for looking inside.</summary>
    public LogSegments Segments => _state.Segments;

    /// <summary>Opens a folder, recovering it where the last stop was not clean; makes an empty log where there is nothing.</summary>
    /// <exception cref="IOException">The disk fails, or a checkpoint in the folder is malformed.</exception>
    public static PartitionLog Open(PartitionLogOptions options) => new(options, new LogLoader(options).Load());

    /// <summary>
    /// Checks produced batches and converts them to the log's compression, without the log's lock: what an append costs by its content happens here.
    /// The result is appended with <see cref="AppendAsLeader(in PreparedAppend, int, VerificationGuard?, short)"/> and disposed of by the caller.
    /// </summary>
    /// <param name="records">
    /// Whole batches in writable memory, which is patched in place unless the batches have to be converted. The caller keeps it unchanged until the append
    /// has returned.
    /// </param>
    /// <param name="origin">A client or a coordinator.</param>
    public PreparedAppend Prepare(ReadOnlyMemory<byte> records, AppendOrigin origin = AppendOrigin.Client) => _preparation.Prepare(records, origin);

    /// <summary>
    /// Appends prepared batches: under the log's lock they get their offsets from the log end on, the leader epoch and, under LogAppendTime, the time, and
    /// are written. Batches that <see cref="Prepare"/> refused are refused here with the same error.
    /// </summary>
    /// <param name="prepared">From <see cref="Prepare"/> of this log.</param>
    /// <param name="leaderEpoch">The epoch of this leader; NOT_LEADER_OR_FOLLOWER when a later one has begun.</param>
    /// <param name="guard">From <see cref="StartTransactionVerification"/>, after the coordinator has confirmed the transaction; null without verification.</param>
    /// <param name="transactionVersion">For markers: from 2 on their epoch must be above the producer's (KIP-890).</param>
    public LogAppendInfo AppendAsLeader(in PreparedAppend prepared, int leaderEpoch, VerificationGuard? guard = null, short transactionVersion = 0)
    {
        LogAppendInfo info;
        try
        {
            lock (_state.Gate)
                info = _closed ? Closed() : _appender.AppendAsLeader(prepared, leaderEpoch, guard ?? VerificationGuard.None, transactionVersion);
        }
        catch (IOException fault)
        {
            return Failed(fault);
        }
        return AfterAppend(info);
    }

    /// <summary>
    /// Prepares and appends in one call. Batches of the quorum's leader (<see cref="AppendOrigin.RaftLeader"/>) have their offsets and epoch already and are
    /// appended as they are.
    /// </summary>
    public LogAppendInfo AppendAsLeader(
        ReadOnlyMemory<byte> records, int leaderEpoch, AppendOrigin origin = AppendOrigin.Client, VerificationGuard? guard = null,
        short transactionVersion = 0)
    {
        if (origin == AppendOrigin.RaftLeader)
            return AppendWithOffsets(records, leaderEpoch, origin);
        using var prepared = Prepare(records, origin);
        return AppendAsLeader(prepared, leaderEpoch, guard, transactionVersion);
    }

    /// <summary>
    /// Appends batches fetched from a leader as they are. OFFSET_OUT_OF_RANGE, with first and last offset set, when they begin below the log end.
    /// </summary>
    /// <param name="records">Batches, the last of which may be partial.</param>
    /// <param name="partitionLeaderEpoch">The leader's epoch: batches of a later one are left out.</param>
    public LogAppendInfo AppendAsFollower(ReadOnlyMemory<byte> records, int partitionLeaderEpoch) =>
        AppendWithOffsets(records, partitionLeaderEpoch, AppendOrigin.Replication);

    /// <summary>
    /// Reads batches from the one that holds, or first follows, an offset, up to what the isolation lets see. OFFSET_OUT_OF_RANGE outside the log;
    /// CORRUPT_MESSAGE where the way there leads over a batch that is not whole.
    /// </summary>
    /// <param name="startOffset">Where to begin.</param>
    /// <param name="maxLength">How many bytes at most.</param>
    /// <param name="isolation">How far to see.</param>
    /// <param name="minOneMessage">Whether the first batch is given whole even where it is larger.</param>
    public LogReadInfo Read(long startOffset, int maxLength, FetchIsolation isolation, bool minOneMessage)
    {
        try
        {
            if (!_closed)
            {
                var read = _reader.Read(startOffset, maxLength, isolation, minOneMessage);
                if (read.ErrorCode == ErrorCode.CorruptMessage)
                    Options.Logger.CorruptBatchMet(TopicPartition, $"a batch before offset {startOffset}, or there, is not whole");
                return read;
            }
        }
        catch (ObjectDisposedException) when (_closed)
        {
        }
        catch (IOException fault)
        {
            Failed(fault);
        }
        return new LogReadInfo { ErrorCode = ErrorCode.KafkaStorageError, FetchOffset = new LogOffsetMetadata(startOffset) };
    }

    /// <summary>Sets the high watermark, bounded by the log's start and end; gives what it became.</summary>
    public long UpdateHighWatermark(long highWatermark) => UpdateHighWatermark(new LogOffsetMetadata(highWatermark));

    public long UpdateHighWatermark(LogOffsetMetadata highWatermark)
    {
        lock (_state.Gate)
        {
            var end = _state.LogEnd;
            var after = Math.Clamp(highWatermark.MessageOffset, Math.Min(_state.LogStartOffset, end.MessageOffset), end.MessageOffset);
            _state.SetHighWatermark(
                after == end.MessageOffset ? end : after == highWatermark.MessageOffset ? highWatermark : new LogOffsetMetadata(after));
            return after;
        }
    }

    /// <summary>
    /// Raises the high watermark; the old value where it rose, or its place is on a newer segment; else null.
    /// </summary>
    public LogOffsetMetadata? MaybeIncrementHighWatermark(LogOffsetMetadata highWatermark)
    {
        lock (_state.Gate)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(highWatermark.MessageOffset, _state.LogEndOffset);
            var before = _state.HighWatermark;
            if (before.MessageOffset > highWatermark.MessageOffset
                || (before.MessageOffset == highWatermark.MessageOffset && !before.OnOlderSegment(highWatermark)))
                return null;
            _state.SetHighWatermark(highWatermark);
            return before;
        }
    }

    /// <summary>Deletes, for readers, what lies below an offset (DeleteRecords). OFFSET_OUT_OF_RANGE above the high watermark.</summary>
    public ErrorCode IncrementLogStartOffset(long newLogStartOffset)
    {
        lock (_state.Gate)
        {
            if (newLogStartOffset > _state.HighWatermarkOffset)
                return ErrorCode.OffsetOutOfRange;
            if (newLogStartOffset > _state.LogStartOffset)
                _truncation.RaiseLogStartOffset(newLogStartOffset);
            return ErrorCode.None;
        }
    }

    /// <summary>The first record at or after a time, or what a special timestamp of <see cref="OffsetLookup"/> asks for.</summary>
    public OffsetLookup OffsetForTimestamp(long timestamp)
    {
        try
        {
            if (!_closed)
                return _finder.Find(timestamp);
        }
        catch (ObjectDisposedException) when (_closed)
        {
        }
        catch (RecordsException fault)
        {
            Options.Logger.CorruptBatchMet(TopicPartition, fault.Message);
            return OffsetLookup.None with { ErrorCode = fault.ErrorCode };
        }
        catch (IOException fault)
        {
            Failed(fault);
        }
        return OffsetLookup.None with { ErrorCode = ErrorCode.KafkaStorageError };
    }

    /// <summary>The end of the largest epoch not above <paramref name="leaderEpoch"/> (OffsetForLeaderEpoch); null where nothing is known.</summary>
    public OffsetAndEpoch? EndOffsetForEpoch(int leaderEpoch) => _state.Epochs.EndOffsetFor(leaderEpoch, _state.LogEndOffset);

    public int? EpochForOffset(long offset) => _state.Epochs.EpochForOffset(offset);

    /// <summary>A leader begins in an epoch: its first record will be at the log end, and leaders of epochs before it append no more.</summary>
    public void AssignEpochStartOffset(int leaderEpoch)
    {
        lock (_state.Gate)
            _state.Epochs.Assign(leaderEpoch, _state.LogEndOffset);
    }

    /// <summary>The aborted transactions that overlap a range of offsets.</summary>
    public IReadOnlyList<AbortedTransaction> AbortedTransactions(long startOffset, long upperBoundOffset) =>
        _reader.CollectAborted(startOffset, upperBoundOffset);

    /// <summary>Whether a transaction of this producer and epoch is open here.</summary>
    public bool HasOngoingTransaction(long producerId, short producerEpoch)
    {
        lock (_state.Gate)
            return _state.Producers.HasOngoingTransaction(producerId, producerEpoch);
    }

    /// <summary>
    /// To be called before the transaction coordinator is asked whether a batch belongs to an open transaction. <see cref="VerificationGuard.None"/>:
    /// it need not be asked. INVALID_PRODUCER_EPOCH: the producer is fenced.
    /// </summary>
    public (ErrorCode ErrorCode, VerificationGuard Guard) StartTransactionVerification(
        long producerId, int sequence, short producerEpoch, bool supportsEpochBump)
    {
        lock (_state.Gate)
        {
            if (_state.Producers.Find(producerId) is { } known && producerEpoch < known.ProducerEpoch)
                return (ErrorCode.InvalidProducerEpoch, VerificationGuard.None);
            return (ErrorCode.None, _state.Producers.HasOngoingTransaction(producerId, producerEpoch)
                ? VerificationGuard.None
                : _verifications.Begin(producerId, sequence, producerEpoch, supportsEpochBump, _state.NowMs));
        }
    }

    /// <summary>Looks at the producer state under the log's lock (DescribeProducers); what is given out must be a copy.</summary>
    public T InspectProducers<T>(Func<ProducerStateManager, T> look)
    {
        lock (_state.Gate)
            return look(_state.Producers);
    }

    /// <summary>Forgets producers that were idle for producer.id.expiration.ms.</summary>
    public int RemoveExpiredProducers()
    {
        lock (_state.Gate)
        {
            var now = _state.NowMs;
            _verifications.RemoveExpired(now, _state.Producers.ExpirationMs);
            return _state.Producers.RemoveExpired(now);
        }
    }

    /// <summary>Removes all from an offset on; false where the log ends before it. Bytes that readers hold stay as they were.</summary>
    public bool TruncateTo(long offset) => CutEnd(() => _truncation.TruncateTo(offset));

    /// <summary>Removes everything: the log goes on at <paramref name="newOffset"/>.</summary>
    public void TruncateFullyAndStartAt(long newOffset, long? logStartOffset = null) =>
        CutEnd(() => _truncation.TruncateFullyAndStartAt(newOffset, logStartOffset));

    /// <summary>Deletes the segments that retention gives up; how many.</summary>
    public int DeleteOldSegments()
    {
        lock (_state.Gate)
            return _closed ? 0 : _retention.DeleteOldSegments();
    }

    /// <summary>Makes durable all below an offset (fsync) and moves the recovery point there. Appends go on meanwhile.</summary>
    public void Flush(long upTo)
    {
        try
        {
            _flusher.Flush(upTo);
        }
        catch (ObjectDisposedException) when (_closed)
        {
            // What a closed log has not flushed is for the next start to recover.
        }
    }

    public void Flush() => Flush(long.MaxValue);

    /// <summary>When the log was last flushed, or opened, in milliseconds since 1970: flush.ms counts from it.</summary>
    public long LastFlushTime => _flusher.LastFlushMs;

    /// <summary>
    /// Puts segments that the cleaner made, with names ending in .cleaned, in the place of those that they were made from (Kafka's <c>replaceSegments</c>).
    /// </summary>
    public void ReplaceSegments(IReadOnlyList<LogSegment> cleaned, IReadOnlyList<LogSegment> old)
    {
        lock (_state.Gate)
            new SegmentReplacement(_state, _deletion).Replace(cleaned, old);
    }

    /// <summary>
    /// Writes <c>partition.metadata</c> where it is not there yet; INCONSISTENT_TOPIC_ID where it names another topic. It is made durable in the background:
    /// lost to a power cut, it is assigned again.
    /// </summary>
    public ErrorCode AssignTopicId(Uuid topicId)
    {
        lock (_state.Gate)
        {
            if (TopicId is { } known)
                return known == topicId ? ErrorCode.None : ErrorCode.InconsistentTopicId;
            PartitionMetadataFile.Write(_state.Files, _state.Directory, topicId);
            TopicId = topicId;
        }
        InBackground(() => UnlessGone(() => PartitionMetadataFile.Flush(_state.Files, _state.Directory)));
        return ErrorCode.None;
    }

    /// <summary>Writes the leader epochs that no flush has written yet.</summary>
    public void FlushLeaderEpochs() => UnlessGone(_state.Epochs.Flush);

    /// <summary>Gives up mappings of segments that were not read since the last call; to be called every minute or so.</summary>
    public void ReleaseIdleMappings()
    {
        foreach (var segment in _state.Segments.All)
            segment.ReleaseIdleMappings();
    }

    /// <summary>Renames the folder (deletion, moving between log directories); files stay open and readers go on.</summary>
    public void RenameDirectory(string newDirectory)
    {
        lock (_state.Gate)
        {
            // By their names, which would not be found any more.
            _deletion.DeleteNow();
            _state.Files.Rename(_state.Directory, newDirectory);
            _state.Directory = newDirectory;
            _state.Producers.Directory = newDirectory;
            _state.Epochs.Directory = newDirectory;
            foreach (var segment in _state.Segments.All)
                segment.MovedTo(newDirectory);
        }
    }

    /// <summary>Closes the log and deletes its folder.</summary>
    public void Delete()
    {
        lock (_state.Gate)
        {
            CloseAll(static segment => segment.CloseFiles());
            _state.Files.DeleteDirectory(_state.Directory);
        }
    }

    /// <summary>
    /// Closes in order: a producer snapshot at the end, indexes written out. What is to survive a power cut has to be flushed before.
    /// </summary>
    public void Dispose()
    {
        lock (_state.Gate)
        {
            if (!_closed)
            {
                ProducerReplay.TakeSnapshot(_state.Producers);
                _state.Epochs.Flush();
            }
            CloseAll(static segment => segment.Dispose());
        }
    }

    /// <summary>Closes without a write, as when the disk has failed, or as a crash would.</summary>
    public void CloseAbruptly()
    {
        lock (_state.Gate)
            CloseAll(static segment => segment.CloseFiles());
    }

    private void CloseAll(Action<LogSegment> close)
    {
        if (_closed)
            return;
        _closed = true;
        foreach (var segment in _state.Segments.All)
            close(segment);
        _deletion.Dispose();
    }

    private bool CutEnd(Func<bool> cut)
    {
        bool wasCut, isLowered;
        lock (_state.Gate)
        {
            var flushedBefore = RecoveryPoint;
            wasCut = cut();
            isLowered = RecoveryPoint < flushedBefore;
        }
        if (isLowered)
            Options.RecoveryPointLowered?.Invoke(this);
        return wasCut;
    }

    private LogAppendInfo AppendWithOffsets(ReadOnlyMemory<byte> records, int leaderEpoch, AppendOrigin origin)
    {
        var batches = _preparation.Check(records, leaderEpoch, origin);
        LogAppendInfo info;
        try
        {
            lock (_state.Gate)
                info = _closed ? Closed() : _appender.AppendWithOffsets(batches);
        }
        catch (IOException fault)
        {
            return Failed(fault);
        }
        return AfterAppend(info);
    }

    private void FlushLater(long upTo) => InBackground(() =>
    {
        if (!_closed)
            Flush(upTo);
    });

    /// <summary>Work on small files outside the lock, which finds them gone when the folder is renamed or the log closed meanwhile.</summary>
    private void UnlessGone(Action work)
    {
        var directory = Directory;
        try
        {
            if (!_closed)
                work();
        }
        catch (IOException) when (_closed || _state.WasMovedFrom(directory))
        {
        }
    }

    private void InBackground(Action work) => Options.Background(() =>
    {
        try
        {
            work();
        }
        catch (IOException fault)
        {
            Failed(fault);
        }
        catch (ObjectDisposedException) when (_closed)
        {
        }
    });

    private LogAppendInfo AfterAppend(in LogAppendInfo info)
    {
        if (info.SizeInBytes == 0)
            return info;
        if (LogEndOffset - RecoveryPoint >= Config.FlushInterval)
        {
            try
            {
                Flush();
            }
            catch (IOException fault)
            {
                return Failed(fault);
            }
            // Whoever closed it meanwhile may have kept the flush from being one.
            if (_closed)
                return Closed();
        }
        return info;
    }

    private LogAppendInfo Closed() => LogAppendInfo.Refused(ErrorCode.KafkaStorageError, $"The log of {TopicPartition} is closed", LogStartOffset);

    private LogAppendInfo Failed(IOException fault)
    {
        Options.Logger.StorageFailed(TopicPartition, Directory, fault);
        Options.StorageFailed?.Invoke(this, fault);
        return LogAppendInfo.Refused(ErrorCode.KafkaStorageError, fault.Message, LogStartOffset);
    }
}
