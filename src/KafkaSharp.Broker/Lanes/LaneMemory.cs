namespace KafkaSharp.Broker.Lanes;

/// <summary>
/// The memory that started items may reserve together. Waiting items are served in the order of the time that their flows have used, those
/// that hold memory already first. A small one may overtake a large one that does not fit yet, but only a few times, so that none waits
/// for ever. Used by the lanes under their lock.
/// </summary>
/// <remarks>
/// An item may reserve more while it holds some. When all that hold memory wait for more, none of them can return anything: then the one
/// that holds the most goes on beyond the limit.
/// </remarks>
/// <param name="limit">The limit in bytes.</param>
internal sealed class LaneMemory(long limit)
{
    private const int MostOvertakings = 16;

    private readonly List<LaneItem> _waiting = [];
    private long _reserved;
    private int _holders;

    /// <summary>What a reservation counts as at most, so that small ones fit beside it.</summary>
    public long LargestReservation { get; } = limit / 4 * 3;

    /// <summary>Reservations up to this are not counted: their number is limited by that of the started items.</summary>
    public long Uncounted { get; } = limit / 48;

    public int WaitingCount => _waiting.Count;

    /// <summary>Lets the item wait for memory. The result is what was served: the item itself unless it has to wait, and others.</summary>
    public List<LaneItem> Reserve(LaneItem item, long bytes)
    {
        item.WantedBytes = Math.Min(bytes, LargestReservation);
        item.Overtakings = 0;
        _waiting.Add(item);
        return Serve();
    }

    /// <summary>Takes so much of what the item has reserved, and gives it to waiting items, which are the result.</summary>
    public List<LaneItem> Return(LaneItem item, long bytes)
    {
        var returned = Math.Min(bytes, item.ReservedBytes);
        if (returned == 0)
            return [];
        _reserved -= returned;
        item.ReservedBytes -= returned;
        if (item.ReservedBytes == 0)
            _holders--;
        return Serve();
    }

    private List<LaneItem> Serve()
    {
        var served = new List<LaneItem>();
        var overtaken = new List<LaneItem>();
        foreach (var item in _waiting.OrderBy(item => item.ReservedBytes == 0).ThenBy(item => item.Flow.Used))
        {
            if (_reserved + item.WantedBytes <= limit)
            {
                overtaken.ForEach(other => other.Overtakings++);
                served.Add(item);
                Give(item);
            }
            else if (item.Overtakings < MostOvertakings)
                overtaken.Add(item);
            else
                break;
        }
        if (served.Count == 0 && _holders > 0 && _waiting.Count(item => item.ReservedBytes > 0) == _holders)
        {
            served.Add(_waiting.MaxBy(item => item.ReservedBytes)!);
            Give(served[0]);
        }
        _waiting.RemoveAll(served.Contains);
        return served;
    }

    private void Give(LaneItem item)
    {
        if (item.ReservedBytes == 0)
            _holders++;
        _reserved += item.WantedBytes;
        item.ReservedBytes += item.WantedBytes;
    }
}
