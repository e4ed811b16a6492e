namespace KafkaSharp.Broker.Waiting;

/// <summary>A binary heap of waiters by the position at which they are due, from which any of them can be removed. Not
/// thread-safe.</summary>
internal struct WaiterHeap()
{
    private ProgressWaiter[] _items = [];

    public int Count { get; private set; }

    public readonly ProgressWaiter? First => Count > 0 ? _items[0] : null;

    public readonly ReadOnlySpan<ProgressWaiter> Items => _items.AsSpan(0, Count);

    public void Add(ProgressWaiter waiter)
    {
        if (Count == _items.Length)
            Array.Resize(ref _items, Math.Max(4, 2 * Count));
        Place(waiter, Count++);
        MoveUp(waiter);
    }

    public void Remove(ProgressWaiter waiter)
    {
        var index = waiter.HeapIndex;
        waiter.HeapIndex = -1;
        var last = _items[--Count];
        _items[Count] = null!;
        if (last != waiter)
        {
            Place(last, index);
            MoveUp(last);
            MoveDown(last);
        }
        // An idle partition does not keep a large table after many waiters were removed.
        if (Count == 0 && _items.Length > 64)
            _items = [];
    }

    private readonly void MoveUp(ProgressWaiter waiter)
    {
        while (waiter.HeapIndex > 0 && _items[(waiter.HeapIndex - 1) / 2] is var parent && parent.Due > waiter.Due)
            Swap(parent, waiter);
    }

    private readonly void MoveDown(ProgressWaiter waiter)
    {
        while (true)
        {
            var child = 2 * waiter.HeapIndex + 1;
            if (child + 1 < Count && _items[child + 1].Due < _items[child].Due)
                child++;
            if (child >= Count || _items[child].Due >= waiter.Due)
                return;
            Swap(waiter, _items[child]);
        }
    }

    private readonly void Swap(ProgressWaiter upper, ProgressWaiter lower)
    {
        var index = upper.HeapIndex;
        Place(upper, lower.HeapIndex);
        Place(lower, index);
    }

    private readonly void Place(ProgressWaiter waiter, int index)
    {
        _items[index] = waiter;
        waiter.HeapIndex = index;
    }
}
