using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records;
using KafkaSharp.Raft.Log;
using KafkaSharp.Raft.Quorum;
using KafkaSharp.Raft.Snapshots;
using KafkaSharp.StateMachines;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Raft;

/// <summary>
/// A node of the metadata quorum (Kafka's <c>KafkaRaftClient</c>): keeps <c>__cluster_metadata</c>, elects itself where it is the sole
/// voter, appends, flushes, commits and tells its listeners. It drives <see cref="RaftState"/>, which decides; all I/O happens on an event
/// loop of its own, so appending blocks nobody. All members may be called from any thread. A failure of the log or of a listener
/// stops the node for good, see <see cref="Completion"/>. The log is its own and is closed with it.
/// </summary>
public sealed class RaftNode<TRecord> : IAsyncDisposable
{
    private readonly RaftOptions _options;
    private readonly IRaftLog _log;
    private readonly ISnapshotStore _snapshots;
    private readonly IQuorumStateStore _quorumState;
    private readonly IRecordSerde<TRecord> _serde;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly EventLoop _loop;
    private readonly RaftState _state;
    private readonly QuorumHistory _history;
    private readonly BatchDecoder<TRecord> _decoder;
    private readonly MetadataLogReader<TRecord> _reader;
    private readonly BatchAccumulator<TRecord> _accumulator;
    private readonly SnapshotCleaner _cleaner;
    private readonly List<ListenerContext<TRecord>> _listeners = [];
    private readonly Queue<CommittedBatch<TRecord>> _uncommitted = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile QuorumView _view = new(default, -1, 0);
    private bool _stopped;

    public RaftNode(
        RaftOptions options, IRaftLog log, ISnapshotStore snapshots, IQuorumStateStore quorumState, IRecordSerde<TRecord> serde,
        TimeProvider time, ILogger logger, Action<IThreadPoolWorkItem>? scheduler = null)
    {
        _options = options;
        _log = log;
        _snapshots = snapshots;
        _quorumState = quorumState;
        _serde = serde;
        _time = time;
        _logger = logger;
        _loop = new EventLoop("raft", time, logger, scheduler);
        _state = new RaftState(options.NodeId);
        _history = new QuorumHistory(options.StaticVoters);
        _decoder = new BatchDecoder<TRecord>(serde);
        _reader = new MetadataLogReader<TRecord>(log, _decoder);
        _accumulator = new BatchAccumulator<TRecord>(
            new BatchEncoder<TRecord>(serde, options.MaxBatchBytes, options.MaxRecordsPerBatch), time);
        _cleaner = new SnapshotCleaner(log, snapshots, options, time, logger);
    }

    /// <summary>The leader and epoch as of now.</summary>
    public LeaderAndEpoch LeaderAndEpoch => _view.Leader;

    /// <summary>The offset up to which everything is committed, exclusive; -1 while that is unknown.</summary>
    public long HighWatermark => _view.HighWatermark;

    /// <summary>The offset after the last record in the log.</summary>
    public long LogEndOffset => _view.LogEndOffset;

    /// <summary>The level of kraft.version that the quorum runs at: 0 where the voters are those of the configuration, not of the log.</summary>
    public short KRaftVersion => _history.KRaftVersion;

    /// <summary>The latest snapshot, or null.</summary>
    public OffsetAndEpoch? LatestSnapshotId => _snapshots.List() is [.., var latest] ? latest : null;

    /// <summary>Completes when the node has stopped; faulted with the failure where one ended it.</summary>
    public Task Completion => _completion.Task;

    /// <summary>
    /// Adds a listener: it hears the latest snapshot, all commits from there on, and the leader. Before or after <see cref="StartAsync"/>.
    /// </summary>
    public void Register(IRaftListener<TRecord> listener) => _loop.Post(() => Guarded(() =>
    {
        var context = new ListenerContext<TRecord>(listener);
        _listeners.Add(context);
        if (_state.HighWatermark < 0)
            return;
        CatchUp([context]);
        context.TellLeader(_state.LeaderAndEpoch);
    }));

    /// <summary>Removes a listener; it hears nothing more, not even of the shutdown.</summary>
    public Task UnregisterAsync(IRaftListener<TRecord> listener) =>
        _loop.RunAsync(() => _listeners.RemoveAll(context => context.Listener == listener));

    /// <summary>Recovers the log and joins the quorum; done when a sole voter leads and its listeners were told.</summary>
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
    /// Encodes records for the offsets that come next: as one batch if <paramref name="isAtomic"/>, else perhaps as several that each fit.
    /// </summary>
    /// <exception cref="StateMachineException">
    /// NotController: this node does not lead in that epoch. RecordListTooLarge: over the size of a batch (8 MiB).
    /// </exception>
    internal PreparedAppend<TRecord> Prepare(int epoch, IReadOnlyList<TRecord> records, bool isAtomic) =>
        _accumulator.Prepare(epoch, records, isAtomic);

    /// <summary>
    /// Appends what was prepared. It is committed when <see cref="IRaftListener{TRecord}.HandleCommit"/> says so.
    /// </summary>
    /// <exception cref="StateMachineException">NotController: this node does not lead in that epoch any more.</exception>
    internal void Append(PreparedAppend<TRecord> prepared)
    {
        if (_accumulator.Append(prepared))
            _loop.Post(() => Guarded(WriteAppended));
    }

    /// <summary>
    /// Gives up leadership of an epoch, as after a fault of the state machine; of no effect when that epoch is over. What was appended but
    /// not yet written is forgotten.
    /// </summary>
    public void Resign(int epoch) => _loop.Post(() => Guarded(() => Drive(outputs => _state.Resign(epoch, outputs))));

    /// <summary>Starts a snapshot of everything before an offset; null where there is one with that id already.</summary>
    /// <param name="id">The offset after the last record it holds, and that record's epoch.</param>
    /// <param name="lastContainedLogTimestamp">That record's append time, in milliseconds since 1970.</param>
    /// <exception cref="ArgumentException">Not everything before the offset is committed.</exception>
    public SnapshotWriter<TRecord>? CreateSnapshot(OffsetAndEpoch id, long lastContainedLogTimestamp)
    {
        if (id.Offset > HighWatermark || id.Epoch > LeaderAndEpoch.Epoch)
            throw new ArgumentException($"{id} is not committed: the high watermark is {HighWatermark}", nameof(id));
        if (LatestSnapshotId is { } latest && id <= latest)
            return null;
        var quorum = ControlBatch.Quorum(_history.KRaftVersionAt(id.Offset - 1), _history.VotersAt(id.Offset - 1));
        return new SnapshotWriter<TRecord>(
            id, _snapshots.Create(id), _serde, _time, _options.MaxBatchBytes, lastContainedLogTimestamp, quorum,
            (frozen, bytes) => _logger.SnapshotFrozen(SnapshotName.Format(frozen), bytes));
    }

    /// <summary>Answers DescribeQuorum.</summary>
    public DescribeQuorumResponse DescribeQuorum(DescribeQuorumRequest request)
    {
        var view = _view;
        return QuorumDescription.Answer(
            request, _options.NodeId, view.Leader, view.HighWatermark, view.LogEndOffset, _history.Voters,
            _time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    /// <summary>Writes what was appended, tells the listeners, and closes the log.</summary>
    public async ValueTask DisposeAsync()
    {
        _loop.Post(() => Guarded(WriteAppended));
        _loop.Post(() => Stop(null));
        await _loop.DisposeAsync();
    }

    private void Start()
    {
        if (LatestSnapshotId is { } latest)
        {
            if (latest.Epoch > _log.EndOffset.Epoch || (latest.Epoch == _log.EndOffset.Epoch && latest.Offset > _log.EndOffset.Offset))
            {
                if (latest.Offset > 0)
                    _logger.LogBehindSnapshot(SnapshotName.Format(latest));
                _log.TruncateFullyAndStartAt(latest);
            }
            using var reader = OpenSnapshot(latest);
            foreach (var record in reader.ReadBatches().SelectMany(batch => batch.ControlRecords))
                _history.Add(latest.Offset - 1, record);
        }
        if (_log.StartOffset > (LatestSnapshotId?.Offset ?? 0))
            throw new InvalidDataException(
                $"The metadata log begins at offset {_log.StartOffset}, but no snapshot holds what came before: restore the missing snapshot.");
        _cleaner.DeleteUnreachable();
        _reader.ReadControlRecords(Math.Max(_log.StartOffset, LatestSnapshotId?.Offset ?? 0), _history.Add);
        var end = _log.EndOffset;
        _logger.LogOpened(_log.StartOffset, end.Offset, end.Epoch, LatestSnapshotId is { } id ? SnapshotName.Format(id) : "none");
        var stored = _quorumState.Read() is { } text ? QuorumStateJson.Read(text) : null;
        CheckDirectory();
        Drive(outputs => _state.Start(stored, end, _history.Voters, outputs));
        ScheduleCleaning();
    }

    private void CheckDirectory()
    {
        if (_history.Voters.Find(_options.NodeId) is { } self && !self.DirectoryId.IsZero && self.DirectoryId != _options.DirectoryId)
            throw new QuorumConfigurationException(
                $"Node {_options.NodeId} votes with directory {self.DirectoryId}, "
                + $"but the directory of its metadata log is {_options.DirectoryId}.");
    }

    /// <summary>Gives the core an input and does what it asks for, until it asks for nothing more.</summary>
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
            case RaftOutput.BeginEpoch begin:
                BeginEpoch(begin.Epoch, outputs);
                break;
            case RaftOutput.AdvanceHighWatermark advance:
                _log.UpdateHighWatermark(advance.Offset);
                Publish();
                CatchUp(_listeners);
                while (_uncommitted.TryPeek(out var batch) && batch.LastOffset < advance.Offset)
                    _uncommitted.Dequeue();
                break;
            case RaftOutput.ChangeLeader change:
                ChangeLeader(change.Leader);
                break;
            case RaftOutput.ArmElectionTimer:
                _loop.Schedule(_options.ElectionTimeout, () => Guarded(() => Drive(_state.ElectionTimeout)));
                break;
        }
    }

    private void BeginEpoch(int epoch, List<RaftOutput> outputs)
    {
        var start = _log.EndOffset.Offset;
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var voters = _history.Voters;
        var records = new List<RaftControlRecord> { ControlBatch.LeaderChange(_options.NodeId, voters) };
        var updated = voters.WithUpdated(_options.NodeId, _options.Endpoints);
        if (_history.VotersAreOnlyInBootstrap || updated != voters)
            records.AddRange(ControlBatch.Quorum(_history.KRaftVersion, updated));
        var bytes = ControlBatch.Encode(records, start, epoch, now);
        for (var i = 0; i < records.Count; i++)
            _history.Add(start + i, records[i]);
        Write(new EncodedBatch<TRecord>(bytes, new CommittedBatch<TRecord>(start, start + records.Count - 1, epoch, now, bytes.Length, [])
        {
            ControlRecords = records,
        }));
        _state.EpochBegun(start);
        _accumulator.Open(epoch, start + records.Count);
        _log.Flush();
        _logger.EpochBegun(_options.NodeId, epoch, start);
        _state.LogFlushed(_log.EndOffset.Offset, outputs);
    }

    private void WriteAppended()
    {
        var batches = _accumulator.Drain();
        if (batches.Count == 0)
            return;
        foreach (var batch in batches)
            Write(batch);
        _log.Flush();
        Drive(outputs => _state.LogFlushed(_log.EndOffset.Offset, outputs));
    }

    private void Write(EncodedBatch<TRecord> batch)
    {
        _log.AppendAsLeader(batch.Bytes);
        _uncommitted.Enqueue(batch.Batch);
    }

    private void ChangeLeader(LeaderAndEpoch leader)
    {
        if (!leader.IsLeader(_options.NodeId))
        {
            _accumulator.Close();
            _logger.Resigned(_options.NodeId, leader.Epoch);
        }
        Publish();
        foreach (var context in _listeners)
            context.TellLeader(leader);
    }

    /// <summary>Tells listeners everything up to the high watermark that they have not heard; what they have in common is read once.</summary>
    private void CatchUp(List<ListenerContext<TRecord>> contexts)
    {
        if (contexts.Count == 0)
            return;
        foreach (var context in contexts)
            Begin(context);
        var highWatermark = _state.HighWatermark;
        var kept = _uncommitted.TryPeek(out var first) ? first.BaseOffset : highWatermark;
        _reader.Read(contexts.Min(context => context.NextOffset), Math.Min(kept, highWatermark), Commit);
        Commit([.. _uncommitted.TakeWhile(batch => batch.LastOffset < highWatermark)]);

        void Commit(IReadOnlyList<CommittedBatch<TRecord>> batches)
        {
            foreach (var context in contexts)
                context.Commit(batches);
        }
    }

    private void Begin(ListenerContext<TRecord> context)
    {
        if (!context.NeedsSnapshot(_log.StartOffset))
            return;
        if (LatestSnapshotId is { } id)
            context.LoadSnapshot(OpenSnapshot(id));
        else
            context.BeginAt(_log.StartOffset);
    }

    private SnapshotReader<TRecord> OpenSnapshot(OffsetAndEpoch id) =>
        new(id, _snapshots.OpenRead(id), _decoder, Math.Max(_options.MaxBatchBytes, RaftConfigs.MaxBatchSizeInBytes.Default));

    private void ScheduleCleaning() => _loop.Schedule(_options.CleaningInterval, () =>
    {
        // A node that has failed keeps its loop until it is disposed, but its log is closed.
        if (_stopped)
            return;
        try
        {
            _cleaner.Clean();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or RecordsException)
        {
            _logger.CleaningFailed(e);
        }
        finally
        {
            ScheduleCleaning();
        }
    });

    private void Publish() => _view = new QuorumView(_state.LeaderAndEpoch, _state.HighWatermark, _log.EndOffset.Offset);

    /// <summary>Runs a step; whatever fails in it leaves log and listeners in doubt, so the node stops.</summary>
    private void Guarded(Action step)
    {
        if (_stopped)
            return;
        try
        {
            step();
        }
#pragma warning disable CA1031 // Nothing may go on after a step was done by half.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _logger.NodeFailed(e);
            Stop(e);
        }
    }

    private void Stop(Exception? failure)
    {
        if (_stopped)
            return;
        _stopped = true;
        _accumulator.Close();
        _view = _view with { Leader = new LeaderAndEpoch(null, _state.Epoch) };
        foreach (var context in _listeners)
        {
            if (failure is not null)
                context.TellLeader(_view.Leader);
            context.Listener.BeginShutdown();
        }
        _log.Dispose();
        if (failure is null)
            _completion.TrySetResult();
        else
            _completion.TrySetException(failure);
    }

    /// <summary>What other threads see of the node, swapped whole.</summary>
    private sealed record QuorumView(LeaderAndEpoch Leader, long HighWatermark, long LogEndOffset);
}
