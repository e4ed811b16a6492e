namespace KafkaSharp.Broker.Waiting;

/// <summary>A doubly linked list of entries in the order they were added. Not thread-safe.</summary>
internal sealed class TimerSlot(int level, int index)
{
    private TimerEntry? _last;

    public int Level { get; } = level;

    public int Index { get; } = index;

    public TimerEntry? First { get; private set; }

    public void Add(TimerEntry entry)
    {
        entry.Slot = this;
        entry.Previous = _last;
        entry.Next = null;
        if (_last is null)
            First = entry;
        else
            _last.Next = entry;
        _last = entry;
    }

    public void Remove(TimerEntry entry)
    {
        if (entry.Previous is null)
            First = entry.Next;
        else
            entry.Previous.Next = entry.Next;
        if (entry.Next is null)
            _last = entry.Previous;
        else
            entry.Next.Previous = entry.Previous;
        entry.Slot = null;
        entry.Previous = entry.Next = null;
    }
}
