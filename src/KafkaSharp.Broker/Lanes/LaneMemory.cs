namespace KafkaSharp.Broker.Lanes;

/// <summary>
/// The memory that started items may reserve together. When some is returned, the waiting items are served in the order of the time that
/// their flows have used; a small one may overtake a large one that does not fit yet. Used by the lanes under their lock.
/// </summary>
/// <param name="limit">The limit in bytes. A reservation counts as three quarters of it at most, so that small ones fit beside.</param>
internal sealed class LaneMemory(long limit)
{
    private readonly List<LaneItem> _waiting = [];
    private long _reserved;

    /// <summary>
    /// Reserves memory for the item unless it has some, or lets it wait for <see cref="Return"/> and returns false.
    /// </summary>
    public bool TryReserve(LaneItem item, long bytes)
    {
        if (item.ReservedBytes > 0)
            return true;
        item.WantedBytes = Math.Min(bytes, limit / 4 * 3);
        if (!Fits(item))
        {
            _waiting.Add(item);
            return false;
        }
        Give(item);
        return true;
    }

    /// <summary>Takes all that the item has reserved, and gives it to waiting items, which are returned.</summary>
    public List<LaneItem> Return(LaneItem item)
    {
        _reserved -= item.ReservedBytes;
        item.ReservedBytes = 0;
        List<LaneItem> served = [.. _waiting.OrderBy(waiting => waiting.Flow.Used).Where(TryGive)];
        _waiting.RemoveAll(served.Contains);
        return served;
    }

    private bool Fits(LaneItem item) => _reserved + item.WantedBytes <= limit;

    private bool TryGive(LaneItem item)
    {
        if (!Fits(item))
            return false;
        Give(item);
        return true;
    }

    private void Give(LaneItem item)
    {
        _reserved += item.WantedBytes;
        item.ReservedBytes = item.WantedBytes;
    }
}
