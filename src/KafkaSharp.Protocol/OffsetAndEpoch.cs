namespace KafkaSharp.Protocol;

/// <summary>
/// A position in a log: an offset and the leader epoch that it belongs to (Kafka's <c>OffsetAndEpoch</c>). As the id of a metadata snapshot the
/// offset is exclusive: the snapshot holds everything before it. Ordered by epoch, then offset.
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
