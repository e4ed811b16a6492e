using KafkaSharp.Coordinators.Configs;
using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Protocol;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Coordinators.Transactions;

/// <summary>
/// Writes the markers of transactions whose end is decided, and then that they are written (Kafka's
/// <c>TransactionMarkerChannelManager</c>). A partition that does not take its marker gets it again until it does or is deleted. Used on
/// the shard's event loop.
/// </summary>
internal sealed class MarkerDelivery
{
    private readonly TransactionContext _context;
    private readonly ITransactionMarkerSender _sender;
    private readonly Func<TopicPartition, bool> _exists;
    private readonly Dictionary<string, Delivery> _deliveries = new(StringComparer.Ordinal);
    private readonly List<Delivery> _waiting = [];
    // Decided, perhaps not committed yet, and no marker is being written.
    private readonly HashSet<string> _decided = new(StringComparer.Ordinal);
    private readonly ShardTimer<TransactionRecord> _retry;
    private readonly ShardTimer<TransactionRecord> _resumption;

    /// <param name="context">The shard.</param>
    /// <param name="sender">Writes markers.</param>
    /// <param name="exists">Whether a partition exists: a deleted one needs no marker.</param>
    public MarkerDelivery(TransactionContext context, ITransactionMarkerSender sender, Func<TopicPartition, bool> exists)
    {
        _context = context;
        _sender = sender;
        _exists = exists;
        _retry = context.NewTimer("retry-markers");
        _resumption = context.NewTimer("resume-markers");
    }

    /// <summary>The decision about a transaction is committed, or the wait for that has ended with an error.</summary>
    public void OnPrepared(string transactionalId, ErrorCode error)
    {
        if (error == ErrorCode.None)
            Start(transactionalId);
        else if (IsPrepared(transactionalId))
            // Its record was written, but not committed in time. It still may be.
            _context.Post("await-decision", () => WhenCommitted([transactionalId]));
    }

    /// <summary>After the load: markers of transactions whose end was decided by a coordinator before are written again.</summary>
    public void Resume()
    {
        string[] prepared = [.. _context.Table.All.Where(t => t.State.IsPrepared()).Select(t => t.TransactionalId)];
        // The shard does not take commands before its load has ended.
        if (prepared.Length > 0)
            ResumeAfter(TimeSpan.Zero, prepared);
    }

    /// <summary>Ends when the markers of a transaction are written; null when none are being written.</summary>
    public Task? Completion(string transactionalId) => _deliveries.GetValueOrDefault(transactionalId)?.Completed.Task;

    /// <summary>The partitions whose markers are still missing; null when none are being written.</summary>
    public IReadOnlyCollection<TopicPartition>? Remaining(string transactionalId) =>
        _deliveries.GetValueOrDefault(transactionalId)?.Remaining;

    /// <summary>Another broker coordinates the transactions now.</summary>
    public void Stop()
    {
        _retry.Cancel();
        _resumption.Cancel();
        foreach (var delivery in _deliveries.Values)
            delivery.Completed.TrySetResult();
        _deliveries.Clear();
        _waiting.Clear();
        _decided.Clear();
    }

    private bool IsPrepared(string transactionalId) => _context.Table.Find(transactionalId)?.State.IsPrepared() == true;

    private void ResumeAfter(TimeSpan delay, IEnumerable<string> transactionalIds)
    {
        _decided.UnionWith(transactionalIds);
        _resumption.Set(delay, () =>
        {
            string[] decided = [.. _decided];
            _decided.Clear();
            return WhenCommitted(decided);
        });
    }

    /// <summary>
    /// A command without records: it ends when everything before it is committed. It fails together with records of others that are
    /// refused, as by a full disk, and is repeated then.
    /// </summary>
    private CommandResult<TransactionRecord> WhenCommitted(string[] transactionalIds) => new([], error =>
    {
        if (error != ErrorCode.None)
            ResumeAfter(TransactionCoordinatorConfig.MarkerRetryBackoff, transactionalIds);
        else
            Array.ForEach(transactionalIds, StartIfPrepared);
    });

    private void StartIfPrepared(string transactionalId)
    {
        if (IsPrepared(transactionalId))
            Start(transactionalId);
    }

    private void Start(string transactionalId)
    {
        var delivery = new Delivery(_context.Table.Find(transactionalId)!);
        // As a command of its own, so that the response to the decision does not wait for the markers.
        if (_deliveries.TryAdd(transactionalId, delivery))
            _context.Post("write-markers", () => Send(delivery));
    }

    private CommandResult<TransactionRecord> Send(Delivery delivery)
    {
        if (!IsCurrent(delivery))
            return CommandResult.Empty<TransactionRecord>();
        var deleted = delivery.Remaining.RemoveWhere(partition => !_exists(partition));
        if (deleted > 0)
            _context.Log.MarkersOfDeletedPartitions(deleted, delivery.TransactionalId);
        if (delivery.Remaining.Count == 0)
            return Complete(delivery);
        _ = SendAsync(delivery, [.. delivery.Remaining]);
        return CommandResult.Empty<TransactionRecord>();
    }

    private async Task SendAsync(Delivery delivery, TopicPartition[] partitions)
    {
        IReadOnlyList<ErrorCode> errors;
        try
        {
            errors = await _sender.SendAsync(delivery.MarkerOf(_context.LeaderEpoch), partitions);
        }
#pragma warning disable CA1031 // The markers are sent again after any failure.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _context.Log.MarkersFailed(delivery.TransactionalId, e);
            errors = Enumerable.Repeat(ErrorCode.UnknownServerError, partitions.Length).ToArray();
        }
        _context.Post("markers-written", () => OnSent(delivery, partitions, errors));
    }

    private CommandResult<TransactionRecord> OnSent(Delivery delivery, TopicPartition[] partitions, IReadOnlyList<ErrorCode> errors)
    {
        if (!IsCurrent(delivery))
            return CommandResult.Empty<TransactionRecord>();
        for (var i = 0; i < partitions.Length; i++)
        {
            switch (errors[i])
            {
                case ErrorCode.None or ErrorCode.UnsupportedForMessageFormat or ErrorCode.UnsupportedVersion:
                    delivery.Remaining.Remove(partitions[i]);
                    break;
                case ErrorCode.InvalidProducerEpoch or ErrorCode.TransactionCoordinatorFenced:
                    // A newer coordinator or producer has written to the partition: this one ends nothing any more, as in Kafka.
                    _context.Log.MarkersFenced(delivery.TransactionalId, partitions[i], errors[i]);
                    _deliveries.Remove(delivery.TransactionalId);
                    delivery.Completed.TrySetResult();
                    return CommandResult.Empty<TransactionRecord>();
                default:
                    if (delivery.Failures++ == 0)
                        _context.Log.MarkerRefused(delivery.TransactionalId, partitions[i], errors[i]);
                    break;
            }
        }
        if (delivery.Remaining.Count == 0)
            return Complete(delivery);
        RetryLater(delivery);
        return CommandResult.Empty<TransactionRecord>();
    }

    private CommandResult<TransactionRecord> Complete(Delivery delivery)
    {
        var next = _context.Table.Find(delivery.TransactionalId)!.Completed(_context.NowMs);
        return _context.Write(next, error =>
        {
            if (error != ErrorCode.None && IsPrepared(delivery.TransactionalId))
            {
                RetryLater(delivery);
                return;
            }
            _deliveries.Remove(delivery.TransactionalId);
            delivery.Completed.TrySetResult();
        });
    }

    private void RetryLater(Delivery delivery)
    {
        if (!IsCurrent(delivery))
            return;
        _waiting.Add(delivery);
        if (_waiting.Count == 1)
            _retry.Set(TransactionCoordinatorConfig.MarkerRetryBackoff, Retry);
    }

    private CommandResult<TransactionRecord> Retry()
    {
        Delivery[] waiting = [.. _waiting];
        _waiting.Clear();
        foreach (var delivery in waiting)
            _context.Post("write-markers", () => Send(delivery));
        return CommandResult.Empty<TransactionRecord>();
    }

    private bool IsCurrent(Delivery delivery) => _deliveries.GetValueOrDefault(delivery.TransactionalId) == delivery;

    /// <summary>The markers of one transaction.</summary>
    private sealed class Delivery(TransactionMetadata prepared)
    {
        public string TransactionalId => prepared.TransactionalId;

        public HashSet<TopicPartition> Remaining { get; } = [.. prepared.Partitions];

        public TaskCompletionSource Completed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>How often a partition did not take its marker.</summary>
        public int Failures { get; set; }

        public TransactionMarker MarkerOf(int coordinatorEpoch) => new(
            prepared.ProducerId, prepared.ProducerEpoch, prepared.State == TransactionState.PrepareCommit, coordinatorEpoch,
            prepared.ClientVersion.Level);
    }
}
