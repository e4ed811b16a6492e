namespace KafkaSharp.Protocol;

/// <summary>
/// A position in a log: an offset and its leader epoch (Kafka's <c>OffsetAndEpoch</c>). As the id of a metadata snapshot, the offset is
/// exclusive: the snapshot contains the state before it. Ordered by epoch, then by offset.
/// </summary>
public readonly record struct OffsetAndEpoch(long Offset, int Epoch) : IComparable<OffsetAndEpoch>
{
    public int CompareTo(OffsetAndEpoch other)
    {
        var epochs = Epoch.CompareTo(other.Epoch);
        return epochs != 0 ? epochs : Offset.CompareTo(other.Offset);
    }

    public static bool operator <(OffsetAndEpoch left, OffsetAndEpoch right) => left.CompareTo(right) < 0;
    public static bool operator >(OffsetAndEpoch left, OffsetAndEpoch right) => left.CompareTo(right) > 0;
    public static bool operator <=(OffsetAndEpoch left, OffsetAndEpoch right) => left.CompareTo(right) <= 0;
    public static bool operator >=(OffsetAndEpoch left, OffsetAndEpoch right) => left.CompareTo(right) >= 0;
}
