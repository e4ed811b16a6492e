using KafkaSharp.Broker.Waiting;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Replication;

/// <summary>
/// Waits until the in-sync replicas have what a request appended to one or several partitions, or until its deadline (Kafka's
/// <c>DelayedProduce</c>). Used once, by one request.
/// </summary>
internal sealed class ReplicationWait(TimerWheel timers) : WaitingRequest(timers)
{
    private readonly List<Entry> _entries = [];
    private int _undecided;

    /// <summary>Adds a partition that must be replicated up to an offset, exclusive.</summary>
    public void Add(Partition partition, long requiredOffset) =>
        _entries.Add(new Entry(this, partition, requiredOffset) { SeenWakes = partition.HighWatermarks.Wakes });

    /// <summary>
    /// Completes with an error code for each partition in the order they were added: none; NOT_LEADER_OR_FOLLOWER when another broker leads
    /// by now; NOT_ENOUGH_REPLICAS_AFTER_APPEND when too few replicas are in sync by now; or REQUEST_TIMED_OUT.
    /// </summary>
    public async Task<ErrorCode[]> WaitAsync(TimeSpan timeout)
    {
        // One more than there are partitions: the wait does not end while they are being registered.
        _undecided = _entries.Count + 1;
        foreach (var entry in _entries)
            entry.Look();
        SetDeadline(timeout);
        DecideOne();
        await Completion;
        return _entries.ConvertAll(entry => entry.End()).ToArray();
    }

    private void DecideOne()
    {
        if (Interlocked.Decrement(ref _undecided) == 0)
            Complete();
    }

    private sealed class Entry(ReplicationWait wait, Partition partition, long requiredOffset) : ProgressWaiter
    {
        private int _error = (int)ErrorCode.RequestTimedOut;

        /// <summary>Decides, or waits for the high watermark.</summary>
        public void Look()
        {
            if (wait.IsCompleted)
                return;
            if (partition.CheckReplicated(requiredOffset) is { } decision)
                Decide(decision);
            else
                partition.HighWatermarks.Add(this, requiredOffset);
        }

        public ErrorCode End()
        {
            partition.HighWatermarks.Remove(this);
            return (ErrorCode)Volatile.Read(ref _error);
        }

        protected internal override void OnDue()
        {
            SeenWakes = partition.HighWatermarks.Wakes;
            IsWoken = false;
            Look();
        }

        private void Decide(ErrorCode error)
        {
            Volatile.Write(ref _error, (int)error);
            wait.DecideOne();
        }
    }
}
