namespace KafkaSharp.Broker.Waiting;

/// <summary>An entry with a deadline in a <see cref="TimerWheel"/>, in at most one wheel at a time. The wheel's lock guards the
/// links.</summary>
internal abstract class TimerEntry
{
    /// <summary>The wheel's tick at which it expires.</summary>
    internal long DueTick { get; set; }

    /// <summary>The list that holds it; null while it is in no wheel.</summary>
    internal TimerSlot? Slot { get; set; }

    internal TimerEntry? Previous { get; set; }

    internal TimerEntry? Next { get; set; }

    /// <summary>Called once, outside the wheel's lock, unless the entry was removed before its deadline. It may race with a
    /// removal.</summary>
    protected internal abstract void Expire();
}
