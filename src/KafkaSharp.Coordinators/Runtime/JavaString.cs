namespace KafkaSharp.Coordinators.Runtime;

/// <summary>
/// The hash of Java's strings. It decides which partition holds the state of a group, and the order of a <c>java.util.HashMap</c>, on
/// which some of Kafka's decisions depend: with it both brokers make the same decisions.
/// </summary>
internal static class JavaString
{
    public static int HashCode(string text)
    {
        var hash = 0;
        foreach (var unit in text)
            hash = unchecked((31 * hash) + unit);
        return hash;
    }

    /// <summary>
    /// The place of a key in a HashMap whose largest size was <paramref name="mostEntries"/>; keys of the same place are in insertion
    /// order.
    /// </summary>
    public static int HashMapPlace(string key, int mostEntries)
    {
        // 16 places, doubled whenever more than three quarters would be taken.
        var places = 16;
        while (mostEntries > places * 3 / 4)
            places *= 2;
        var hash = HashCode(key);
        return (hash ^ (int)((uint)hash >> 16)) & (places - 1);
    }

    /// <summary>The partition of a coordinator's topic that holds the state of an id.</summary>
    public static int PartitionFor(string id, int partitions)
    {
        var hash = HashCode(id);
        return (hash == int.MinValue ? 0 : Math.Abs(hash)) % partitions;
    }
}
