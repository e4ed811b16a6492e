using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Raft.Configuration;
using KafkaSharp.Raft.Log;
using KafkaSharp.Raft.Quorum;
using KafkaSharp.Raft.Snapshots;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Raft;

/// <summary>
/// A node of the metadata quorum (Kafka's <c>KafkaRaftClient</c>): it keeps <c>__cluster_metadata</c>, elects itself if it is the sole
/// voter, appends, flushes, commits and notifies its listeners. <see cref="RaftState"/> makes the decisions; this class carries them out.
/// All I/O runs on the node's event loop, so an append never blocks its caller. Thread-safe. A failure of the log or of a listener stops
/// the node permanently: see <see cref="Completion"/>. The node owns the log and closes it.
/// </summary>
public sealed class RaftNode<TRecord> : IAsyncDisposable
{
    private readonly RaftOptions _options;
    private readonly IRaftLog _log;
    private readonly ISnapshotStore _snapshotStore;
    private readonly IQuorumStateStore _quorumState;
    private readonly IRecordSerde<TRecord> _serde;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly EventLoop _loop;
    private readonly RaftState _state;
    private readonly QuorumHistory _history;
    private readonly BatchAccumulator<TRecord> _accumulator;
    private readonly UnwrittenBatches<TRecord> _unwritten;
    private readonly SnapshotSource<TRecord> _snapshots;
    private readonly SnapshotCleaner _cleaner;
    private readonly MetadataLogRecovery<TRecord> _recovery;
    private readonly ListenerNotifier<TRecord> _listeners;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FailStop _failStop = new();
    private volatile QuorumView _view = new(default, -1, 0);

    public RaftNode(
        RaftOptions options, IRaftLog log, ISnapshotStore snapshots, IQuorumStateStore quorumState, IRecordSerde<TRecord> serde,
        TimeProvider time, ILogger logger, Action<IThreadPoolWorkItem>? scheduler = null)
    {
        _options = options;
        _log = log;
        _snapshotStore = snapshots;
        _quorumState = quorumState;
        _serde = serde;
        _time = time;
        _logger = logger;
        _loop = new EventLoop("raft", time, logger, scheduler);
        _state = new RaftState(options.NodeId);
        _history = new QuorumHistory(options.StaticVoters);
        _accumulator = new BatchAccumulator<TRecord>(
            new BatchEncoder<TRecord>(serde, options.MaxBatchBytes, options.MaxRecordsPerBatch), time);
        _unwritten = new UnwrittenBatches<TRecord>(
            Write, FlushWritten, delay => _loop.Schedule(delay, () => Guarded(() => _unwritten!.Retry())), logger);
        var decoder = new BatchDecoder<TRecord>(serde);
        var reader = new MetadataLogReader<TRecord>(log, decoder);
        _snapshots = new SnapshotSource<TRecord>(
            snapshots, decoder, Math.Max(options.MaxBatchBytes, RaftConfigs.MaxBatchSizeInBytes.Default));
        _cleaner = new SnapshotCleaner(log, snapshots, options, time, logger);
        _recovery = new MetadataLogRecovery<TRecord>(log, _snapshots, _cleaner, reader, _history, logger);
        _listeners = new ListenerNotifier<TRecord>(log, _snapshots, reader);
    }

    /// <summary>The current leader and epoch.</summary>
    public LeaderAndEpoch LeaderAndEpoch => _view.Leader;

    /// <summary>Every record before this offset is committed. -1 while it is unknown.</summary>
    public long HighWatermark => _view.HighWatermark;

    /// <summary>The offset after the last record in the log.</summary>
    public long LogEndOffset => _view.LogEndOffset;

    /// <summary>The kraft.version of the quorum: 0 if the voters come from the configuration, 1 if they come from the log.</summary>
    public short KRaftVersion => _history.KRaftVersion;

    /// <summary>The latest snapshot, or null.</summary>
    public OffsetAndEpoch? LatestSnapshotId => _snapshots.LatestId;

    /// <summary>
    /// Whether appends wait while the disk is full. At first it stops the node, so that a start fails with the reason.
    /// </summary>
    public bool WaitsForSpace
    {
        get => _unwritten.WaitsForSpace;
        set => _unwritten.WaitsForSpace = value;
    }

    /// <summary>Completes when the node has stopped. Faulted if a failure stopped it.</summary>
    public Task Completion => _completion.Task;

    /// <summary>
    /// Adds a listener, before or after <see cref="StartAsync"/>. It receives the latest snapshot, all commits after it, and the leader.
    /// </summary>
    public void Register(IRaftListener<TRecord> listener) =>
        Post(() => _listeners.Add(listener, _state.HighWatermark, _state.LeaderAndEpoch));

    /// <summary>Removes a listener. It is not called again, also not at shutdown.</summary>
    public Task UnregisterAsync(IRaftListener<TRecord> listener) => _loop.RunAsync(() => _listeners.Remove(listener));

    /// <summary>
    /// Recovers the log and joins the quorum. The task of a sole voter completes when it is the leader and its listeners have been
    /// notified.
    /// </summary>
    /// <exception cref="QuorumConfigurationException">This node cannot take part as configured.</exception>
    public Task StartAsync() => _loop.RunAsync(() =>
    {
        try
        {
            Start();
        }
        catch (Exception e)
        {
            Stop(e);
            throw;
        }
    });

    /// <summary>
    /// Encodes records for the next offsets: as one batch if <paramref name="isAtomic"/>, otherwise as several batches if one would be too
    /// large.
    /// </summary>
    /// <exception cref="StateMachineException">
    /// NotController: this node is not the leader in that epoch. RecordListTooLarge: the records exceed the size limit of a batch.
    /// KafkaStorageError: the disk is full, and earlier records wait for space.
    /// </exception>
    internal PreparedAppend<TRecord> Prepare(int epoch, IReadOnlyList<TRecord> records, bool isAtomic) => _unwritten.IsOutOfSpace
        ? throw new StateMachineException(ErrorCode.KafkaStorageError, "The disk of the metadata log is full.")
        : _accumulator.Prepare(epoch, records, isAtomic);

    /// <summary>
    /// Appends prepared records. They are committed when the listeners receive them in <see cref="IRaftListener{TRecord}.HandleCommit"/>.
    /// </summary>
    /// <exception cref="StateMachineException">NotController: this node is no longer the leader in that epoch.</exception>
    internal void Append(PreparedAppend<TRecord> prepared)
    {
        if (_accumulator.Append(prepared))
            Post(WriteAppended);
    }

    /// <summary>
    /// Raises the kraft.version: the leader writes the version and the voters to the log, which from then on decides who votes. No effect
    /// at the present level.
    /// </summary>
    /// <param name="level">Not below the present level.</param>
    /// <param name="validateOnly">Only checks whether it is possible.</param>
    /// <exception cref="StateMachineException">
    /// InvalidUpdateVersion: not every voter is known to support it, which is so for a static voter that is not this node. NotController:
    /// this node is not the leader.
    /// </exception>
    public void UpgradeKRaftVersion(short level, bool validateOnly)
    {
        if (level <= KRaftVersion)
            return;
        if (_history.Voters is not { Count: 1 } voters || voters.Find(_options.NodeId) is not { } self || level > self.MaxKRaftVersion)
        {
            throw new StateMachineException(
                ErrorCode.InvalidUpdateVersion,
                $"Invalid upgrade of kraft.version to KRAFT_VERSION_{level} because not all of the voters support it");
        }
        if (validateOnly)
            return;
        var endpoints = _options.Endpoints.Count > 0 ? _options.Endpoints : self.Endpoints;
        var records = QuorumRecords.Voters(level, new VoterSet([new RaftVoter(self.Id, _options.DirectoryId, endpoints)])).ToList();
        if (_accumulator.AppendBatch((offset, epoch) => ControlRecordsAt(records, offset, epoch)))
            Post(WriteAppended);
    }

    /// <summary>
    /// Resigns as leader of an epoch, for example after a failure of the state machine. Has no effect if that epoch is over. Records that
    /// were appended but not yet written to the log are discarded.
    /// </summary>
    public void Resign(int epoch) => Post(() => Drive(outputs => _state.Resign(epoch, outputs)));

    /// <summary>Starts a snapshot of all records before an offset. Null if a snapshot with this id or a later one exists.</summary>
    /// <param name="id">The offset after the last record of the snapshot, and the epoch of that record.</param>
    /// <param name="lastContainedLogTimestamp">The append time of that record, in milliseconds since the Unix epoch.</param>
    /// <exception cref="ArgumentException">Some record before the offset is not committed.</exception>
    public SnapshotWriter<TRecord>? CreateSnapshot(OffsetAndEpoch id, long lastContainedLogTimestamp)
    {
        if (id.Offset > HighWatermark || id.Epoch > LeaderAndEpoch.Epoch)
            throw new ArgumentException($"{id} is not committed: the high watermark is {HighWatermark}", nameof(id));
        if (LatestSnapshotId is { } latest && id <= latest)
            return null;
        var quorum = QuorumRecords.Voters(_history.KRaftVersionAt(id.Offset - 1), _history.VotersAt(id.Offset - 1));
        return new SnapshotWriter<TRecord>(
            id, _snapshotStore.Create(id), _serde, _time, _options.MaxBatchBytes, lastContainedLogTimestamp, quorum,
            (frozen, bytes) => _logger.SnapshotCreated(SnapshotName.Format(frozen), bytes));
    }

    /// <summary>The response to a DescribeQuorum request.</summary>
    public DescribeQuorumResponse DescribeQuorum(DescribeQuorumRequest request, short version)
    {
        var view = _view;
        return QuorumDescription.Respond(
            request, version, _options.NodeId, view.Leader, view.HighWatermark, view.LogEndOffset, _history.Voters,
            _time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    /// <summary>Writes the appended records, notifies the listeners of the shutdown, and closes the log.</summary>
    public async ValueTask DisposeAsync()
    {
        Post(WriteAppended);
        _loop.Post(() => Stop(null));
        await _loop.DisposeAsync();
    }

    private void Start()
    {
        _recovery.Run();
        var stored = _quorumState.Read() is { } text ? QuorumStateJson.Read(text) : null;
        CheckDirectory();
        Drive(outputs => _state.Start(stored, _log.EndOffset, _history.Voters, outputs));
        ScheduleCleaning();
    }

    private void CheckDirectory()
    {
        if (_history.Voters.Find(_options.NodeId) is { } self && !self.DirectoryId.IsZero && self.DirectoryId != _options.DirectoryId)
            throw new QuorumConfigurationException(
                $"The metadata log registers node {_options.NodeId} as a voter with directory id {self.DirectoryId}, "
                + $"but the directory of its metadata log has the id {_options.DirectoryId}.");
    }

    /// <summary>Passes an input to the core and carries out its outputs, including those that this causes.</summary>
    private void Drive(Action<List<RaftOutput>> input)
    {
        var outputs = new List<RaftOutput>();
        input(outputs);
        for (var i = 0; i < outputs.Count; i++)
            Perform(outputs[i], outputs);
        Publish();
    }

    private void Perform(RaftOutput output, List<RaftOutput> outputs)
    {
        switch (output)
        {
            case RaftOutput.PersistElection persist:
                _quorumState.Write(QuorumStateJson.Write(persist.State, _history.KRaftVersion));
                break;
            case RaftOutput.StartEpoch start:
                StartEpoch(start.Epoch, outputs);
                break;
            case RaftOutput.AdvanceHighWatermark advance:
                _log.UpdateHighWatermark(advance.Offset);
                Publish();
                _listeners.Committed(advance.Offset);
                break;
            case RaftOutput.ChangeLeader change:
                ChangeLeader(change.Leader);
                break;
            case RaftOutput.StartElectionTimer:
                _loop.Schedule(_options.ElectionTimeout, () => Guarded(() => Drive(_state.ElectionTimeout)));
                break;
        }
    }

    private void StartEpoch(int epoch, List<RaftOutput> outputs)
    {
        var start = _log.EndOffset.Offset;
        var voters = _history.Voters;
        var records = new List<RaftControlRecord> { QuorumRecords.LeaderChange(_options.NodeId, voters) };
        var updated = voters.WithUpdated(_options.NodeId, _options.Endpoints);
        if (_history.VotersAreOnlyInBootstrap || updated != voters)
            records.AddRange(QuorumRecords.Voters(_history.KRaftVersion, updated));
        Write(ControlRecordsAt(records, start, epoch));
        _state.EpochStarted(start);
        _accumulator.Open(epoch, start + records.Count);
        _log.Flush();
        _logger.EpochStarted(_options.NodeId, epoch, start);
        _state.LogFlushed(_log.EndOffset.Offset, outputs);
    }

    private EncodedBatch<TRecord> ControlRecordsAt(List<RaftControlRecord> records, long offset, int epoch)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var bytes = ControlBatch.Encode(records, offset, epoch, now);
        return new(bytes, new CommittedBatch<TRecord>(offset, offset + records.Count - 1, epoch, now, bytes.Length, [])
        {
            ControlRecords = records,
        });
    }

    private void WriteAppended() => _unwritten.Write(_accumulator.Drain());

    private void FlushWritten()
    {
        _log.Flush();
        Drive(outputs => _state.LogFlushed(_log.EndOffset.Offset, outputs));
    }

    private void Write(EncodedBatch<TRecord> batch)
    {
        _log.AppendAsLeader(batch.Bytes);
        for (var i = 0; i < batch.Batch.ControlRecords.Count; i++)
            _history.Add(batch.Batch.BaseOffset + i, batch.Batch.ControlRecords[i]);
        _listeners.Appended(batch.Batch);
    }

    private void ChangeLeader(LeaderAndEpoch leader)
    {
        if (!leader.IsLeader(_options.NodeId))
        {
            _accumulator.Close();
            _unwritten.Clear();
            _logger.Resigned(_options.NodeId, leader.Epoch);
        }
        Publish();
        _listeners.LeaderChanged(leader);
    }

    private void ScheduleCleaning() => _loop.Schedule(_options.CleaningInterval, () =>
    {
        // After a failure the loop runs until the node is disposed, but the log is closed.
        if (_failStop.HasStopped)
            return;
        try
        {
            _cleaner.Clean();
        }
        catch (Exception e) when (e is IOException or RecordsException)
        {
            _logger.CleaningFailed(_options.CleaningInterval.TotalSeconds, e);
        }
        finally
        {
            ScheduleCleaning();
        }
    });

    private void Publish() => _view = new QuorumView(_state.LeaderAndEpoch, _state.HighWatermark, _log.EndOffset.Offset);

    // If a step throws, the state of log and listeners is unknown.
    private void Guarded(Action step) => _failStop.Run(step, Fail);

    private void Post(Action step) => _failStop.Post(_loop, step, Fail);

    private void Fail(Exception e)
    {
        _logger.NodeFailed(e);
        Close(e);
    }

    private void Stop(Exception? failure)
    {
        if (_failStop.HasStopped)
            return;
        _failStop.Stop();
        Close(failure);
    }

    private void Close(Exception? failure)
    {
        try
        {
            CloseAll(failure is not null);
        }
#pragma warning disable CA1031 // The completion is set in any case: otherwise the process would continue without metadata.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _logger.CloseFailed(e);
            failure ??= e;
        }
        if (failure is null)
            _completion.TrySetResult();
        else
            _completion.TrySetException(failure);
    }

    private void CloseAll(bool hasFailed)
    {
        try
        {
            _accumulator.Close();
            _view = _view with { Leader = new LeaderAndEpoch(null, _state.Epoch) };
            if (hasFailed)
                _listeners.LeaderChanged(_view.Leader);
            _listeners.ShutDown();
        }
        finally
        {
            // After a failure nothing is written any more: what is on the disk is recovered at the next start.
            if (hasFailed)
                _log.CloseAbruptly();
            else
                _log.Dispose();
        }
    }

    /// <summary>The state that other threads may read, replaced as a whole.</summary>
    private sealed record QuorumView(LeaderAndEpoch Leader, long HighWatermark, long LogEndOffset);
}
