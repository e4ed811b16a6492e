namespace KafkaSharp.Broker.Waiting;

/// <summary>An entry in a <see cref="PartitionProgress"/>, guarded by its lock.</summary>
internal abstract class ProgressWaiter
{
    /// <summary>The position at which it is due.</summary>
    internal long Due { get; set; }

    /// <summary>The index in the heap; -1 while it is not in the heap.</summary>
    internal int HeapIndex { get; set; } = -1;

    /// <summary>The number of wakes that this waiter has seen: see <see cref="PartitionProgress.Wakes"/>.</summary>
    public int SeenWakes { get; set; }

    /// <summary>Whether it was woken regardless of the position.</summary>
    public bool IsWoken { get; set; }

    /// <summary>Called outside the lock after the position was reached or all were woken; the waiter is no longer in the heap.</summary>
    protected internal abstract void OnDue();
}
