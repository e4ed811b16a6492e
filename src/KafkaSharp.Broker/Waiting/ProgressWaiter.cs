namespace KafkaSharp.Broker.Waiting;

/// <summary>A place in a <see cref="PartitionProgress"/>, whose lock guards it.</summary>
abstract class ProgressWaiter
{
    /// <summary>The position at which it is due.</summary>
    internal long Due { get; set; }

    /// <summary>Where it is in the heap; -1 while it is not there.</summary>
    internal int HeapIndex { get; set; } = -1;

    /// <summary>How often all had been woken when this one looked last: see <see cref="PartitionProgress.Wakes"/>.</summary>
    public int SeenWakes { get; set; }

    /// <summary>Whether it was woken without regard to the position.</summary>
    public bool IsWoken { get; set; }

    /// <summary>Called outside the lock after the position was reached or all were woken; the waiter is no longer in the heap.</summary>
    protected internal abstract void OnDue();
}
