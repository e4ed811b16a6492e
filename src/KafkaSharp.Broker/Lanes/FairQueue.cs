namespace KafkaSharp.Broker.Lanes;

/// <summary>
/// Items that wait for a turn, at most one per flow, ordered by the time that their flows have used. The flow with the least time runs
/// first; flows with equal time run in the order of their arrival. Not thread-safe.
/// </summary>
internal sealed class FairQueue
{
    private readonly PriorityQueue<LaneItem, (long Used, long Order)> _items = new();
    private long _order;

    public void Enqueue(LaneItem item) => _items.Enqueue(item, (item.Flow.Used, _order++));

    public LaneItem Dequeue() => _items.Dequeue();

    /// <summary>The time used by the flow of the next item.</summary>
    public bool TryPeek(out long used)
    {
        var found = _items.TryPeek(out _, out var key);
        used = key.Used;
        return found;
    }

    public IEnumerable<LaneItem> Drain()
    {
        while (_items.TryDequeue(out var item, out _))
            yield return item;
    }
}
