using KafkaSharp.Broker.Waiting;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Replication;

/// <summary>
/// Waits until what a request appended to one or several partitions has reached a state, or until a deadline. Used once, by one request.
/// </summary>
internal abstract class PartitionWait(TimerWheel timers) : WaitingRequest(timers)
{
    private readonly List<Entry> _entries = [];
    private int _undecided;

    /// <summary>Adds a partition that must reach the state up to an offset, exclusive.</summary>
    public void Add(Partition partition, long requiredOffset) => _entries.Add(new Entry(this, partition, requiredOffset));

    /// <summary>
    /// Completes with an error code for each partition in the order they were added: that of the check, or REQUEST_TIMED_OUT.
    /// </summary>
    /// <param name="timeout">The time until the deadline; null: without one.</param>
    protected async Task<ErrorCode[]> WaitUntilAsync(TimeSpan? timeout)
    {
        // One more than there are partitions: the wait does not end while they are being registered.
        _undecided = _entries.Count + 1;
        foreach (var entry in _entries)
            entry.Look();
        if (timeout is { } delay && Volatile.Read(ref _undecided) > 1)
            SetDeadline(delay);
        DecideOne();
        await Completion;
        return _entries.ConvertAll(entry => entry.End()).ToArray();
    }

    /// <summary>Whether the partition has reached the state: null when not yet, none, or why it will not.</summary>
    protected abstract ErrorCode? Check(Partition partition, long requiredOffset);

    /// <summary>The position of the partition that decides.</summary>
    protected abstract PartitionProgress ProgressOf(Partition partition);

    private void DecideOne()
    {
        if (Interlocked.Decrement(ref _undecided) == 0)
            Complete();
    }

    private sealed class Entry : ProgressWaiter
    {
        private readonly PartitionWait _wait;
        private readonly Partition _partition;
        private readonly PartitionProgress _progress;
        private readonly long _requiredOffset;
        private int _error = (int)ErrorCode.RequestTimedOut;

        public Entry(PartitionWait wait, Partition partition, long requiredOffset)
        {
            (_wait, _partition, _requiredOffset) = (wait, partition, requiredOffset);
            _progress = wait.ProgressOf(partition);
            SeenWakes = _progress.Wakes;
        }

        /// <summary>Decides, or waits for the position.</summary>
        public void Look()
        {
            if (_wait.IsCompleted)
                return;
            if (_wait.Check(_partition, _requiredOffset) is { } decision)
                Decide(decision);
            else
                _progress.Add(this, _requiredOffset);
        }

        public ErrorCode End()
        {
            _progress.Remove(this);
            return (ErrorCode)Volatile.Read(ref _error);
        }

        protected internal override void OnDue()
        {
            SeenWakes = _progress.Wakes;
            IsWoken = false;
            Look();
        }

        private void Decide(ErrorCode error)
        {
            Volatile.Write(ref _error, (int)error);
            _wait.DecideOne();
        }
    }
}
