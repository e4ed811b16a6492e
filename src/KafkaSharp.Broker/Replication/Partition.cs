using KafkaSharp.Broker.Fetching;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.Protocol.Records.Validation;
using KafkaSharp.Storage.Configs;
using KafkaSharp.Storage.Logs;

namespace KafkaSharp.Broker.Replication;

/// <summary>
/// A partition this broker holds a replica of (Kafka's <c>Partition</c>): its log, and its part in the replication of it. Leadership is set
/// by the metadata publisher alone; everything else is safe from any thread. Errors are values.
/// </summary>
sealed class Partition(TopicIdPartition id, PartitionLog log, int nodeId)
{
    private volatile PartitionRegistration? _registration;
    private volatile bool _isDeleted;

    public TopicIdPartition Id { get; } = id;

    public PartitionLog Log { get; } = log;

    public PartitionProgress Progress { get; } = new();

    /// <summary>Raised with the new high watermark after it has advanced, on the thread that moved it, outside the log's lock.</summary>
    public event Action<long>? HighWatermarkAdvanced;

    public int LeaderEpoch => _registration?.LeaderEpoch ?? -1;

    public int LeaderId => _registration?.Leader ?? -1;

    public bool IsLeader => !_isDeleted && _registration is { } registration && registration.Leader == nodeId;

    /// <summary>Takes over what the metadata says. A new leader epoch begins where the log ends; a sole replica's log is committed as far as it goes.</summary>
    /// <exception cref="IOException">The new epoch can't be written down: nothing was taken over.</exception>
    public void Update(PartitionRegistration registration)
    {
        if (registration.Leader == nodeId)
        {
            // The log refuses appends of the epoch before from here on: they don't come between its end and the new epoch's begin.
            if (_registration?.LeaderEpoch != registration.LeaderEpoch)
                Log.AssignEpochStartOffset(registration.LeaderEpoch);
            _registration = registration;
            AdvanceHighWatermark(registration);
        }
        else
        {
            _registration = registration;
            Progress.WakeAll();
        }
    }

    /// <summary>The partition is gone from this broker: nobody reads or appends any more. Who waits is woken by the caller.</summary>
    public void Close() => _isDeleted = true;

    /// <summary>
    /// Appends as the leader and tells who waits. With <paramref name="requiredAcks"/> -1 fewer in-sync replicas than <c>min.insync.replicas</c> refuse.
    /// </summary>
    /// <param name="records">Whole batches in writable memory.</param>
    /// <param name="requiredAcks">The acks of the request.</param>
    /// <param name="origin">Who wrote the records.</param>
    /// <param name="expectedLeaderEpoch">The only epoch in which the records may be written: a coordinator's shard of another one is stale.</param>
    /// <param name="transactionVersion">For a transaction marker: the feature level of its transaction.</param>
    public LogAppendInfo Append(
        ReadOnlyMemory<byte> records, short requiredAcks, AppendOrigin origin, int? expectedLeaderEpoch = null, short transactionVersion = 0)
    {
        var registration = _registration;
        if (_isDeleted || registration is null || registration.Leader != nodeId
            || (expectedLeaderEpoch ?? registration.LeaderEpoch) != registration.LeaderEpoch)
            return LogAppendInfo.Refused(ErrorCode.NotLeaderOrFollower, null, -1);
        if (requiredAcks == -1 && registration.Isr.Length < EffectiveMinIsr(registration))
        {
            return LogAppendInfo.Refused(
                ErrorCode.NotEnoughReplicas,
                $"The size of the current ISR {registration.Isr.Length} is insufficient to satisfy the min.isr requirement of "
                + $"{EffectiveMinIsr(registration)} for partition {Id.TopicPartition}",
                Log.LogStartOffset);
        }
        var info = Log.AppendAsLeader(records, registration.LeaderEpoch, origin, transactionVersion: transactionVersion);
        if (info.SizeInBytes > 0)
        {
            AdvanceHighWatermark(registration);
            Progress.Tell(info.SizeInBytes);
        }
        return info;
    }

    /// <summary>Why a request that names a leader epoch can't be served here, or none (KIP-320).</summary>
    public ErrorCode CheckLeader(int currentLeaderEpoch)
    {
        var registration = _registration;
        if (_isDeleted || registration is null)
            return ErrorCode.NotLeaderOrFollower;
        if (currentLeaderEpoch >= 0)
        {
            if (currentLeaderEpoch < registration.LeaderEpoch)
                return ErrorCode.FencedLeaderEpoch;
            if (currentLeaderEpoch > registration.LeaderEpoch)
                return ErrorCode.UnknownLeaderEpoch;
        }
        return registration.Leader == nodeId ? ErrorCode.None : ErrorCode.NotLeaderOrFollower;
    }

    /// <summary>Reads for a fetch. The result's lease is the caller's.</summary>
    public FetchPartitionResult Read(FetchPartitionState wanted, FetchIsolation isolation, int maxBytes, bool minOneMessage)
    {
        var error = CheckLeader(wanted.CurrentLeaderEpoch);
        if (error != ErrorCode.None)
        {
            return new FetchPartitionResult(error)
            {
                CurrentLeader = LeaderId < 0 || error == ErrorCode.UnknownLeaderEpoch ? null : new FetchResponse.LeaderIdAndEpoch { LeaderId = LeaderId, LeaderEpoch = LeaderEpoch },
            };
        }
        if (wanted.LastFetchedEpoch >= 0 && FindDivergence(wanted, out var divergence))
            return divergence;

        var read = Log.Read(wanted.FetchOffset, maxBytes, isolation, minOneMessage);
        if (read.ErrorCode != ErrorCode.None)
        {
            read.Dispose();
            return new FetchPartitionResult(read.ErrorCode);
        }
        return new FetchPartitionResult
        {
            HighWatermark = read.HighWatermark,
            LastStableOffset = read.LastStableOffset,
            LogStartOffset = read.LogStartOffset,
            Records = read.Records,
            Lease = read.Lease,
            AbortedTransactions = read.AbortedTransactions is not { } aborted
                ? null
                : [.. aborted.Select(a => new FetchResponse.AbortedTransaction { ProducerId = a.ProducerId, FirstOffset = a.FirstOffset })],
        };
    }

    /// <summary>The end of a leader epoch (OffsetForLeaderEpoch): (-1, -1) where the epoch is not known.</summary>
    public (int LeaderEpoch, long EndOffset) EndOffsetFor(int leaderEpoch)
    {
        if (leaderEpoch == LeaderEpoch)
            return (leaderEpoch, Log.LogEndOffset);
        return Log.EndOffsetForEpoch(leaderEpoch) is { } end ? (end.Epoch, end.Offset) : (-1, -1);
    }

    /// <summary>
    /// Completes when all in-sync replicas have everything below an offset: none, or why it will not be known: REQUEST_TIMED_OUT when
    /// <paramref name="expired"/> has ended, NOT_LEADER_OR_FOLLOWER when another broker leads by now.
    /// </summary>
    public async Task<ErrorCode> WaitForHighWatermarkAsync(long requiredOffset, ProgressWaiter expired)
    {
        while (true)
        {
            var waiter = new ProgressWaiter(1);
            Progress.Register(waiter);
            try
            {
                if (Log.HighWatermark >= requiredOffset)
                    return ErrorCode.None;
                if (!IsLeader)
                    return ErrorCode.NotLeaderOrFollower;
                if (expired.Completion.IsCompleted)
                    return ErrorCode.RequestTimedOut;
                await Task.WhenAny(waiter.Completion, expired.Completion).ConfigureAwait(false);
            }
            finally
            {
                Progress.Unregister(waiter);
            }
        }
    }

    // More in-sync replicas than there are replicas can't be asked for: the smaller counts.
    private int EffectiveMinIsr(PartitionRegistration registration) =>
        Math.Min(Log.Config.Get(TopicConfigs.MinInSyncReplicas), registration.Replicas.Length);

    private void AdvanceHighWatermark(PartitionRegistration registration)
    {
        if (registration.Isr.Length == 1 && registration.Isr[0] == nodeId)
            RaiseHighWatermark();
    }

    private void RaiseHighWatermark()
    {
        if (Log.MaybeIncrementHighWatermark(Log.LogEndOffsetMetadata) is not null)
            HighWatermarkAdvanced?.Invoke(Log.HighWatermark);
    }

    private bool FindDivergence(FetchPartitionState wanted, out FetchPartitionResult result)
    {
        result = default;
        var (epoch, endOffset) = EndOffsetFor(wanted.LastFetchedEpoch);
        if (epoch < 0)
        {
            result = new FetchPartitionResult(ErrorCode.OffsetOutOfRange);
            return true;
        }
        if (epoch >= wanted.LastFetchedEpoch && endOffset >= wanted.FetchOffset)
            return false;
        result = new FetchPartitionResult
        {
            HighWatermark = Log.HighWatermark,
            LastStableOffset = Log.LastStableOffset,
            LogStartOffset = Log.LogStartOffset,
            DivergingEpoch = new FetchResponse.EpochEndOffset { Epoch = epoch, EndOffset = endOffset },
        };
        return true;
    }
}
