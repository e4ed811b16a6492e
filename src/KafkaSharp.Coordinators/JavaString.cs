namespace KafkaSharp.Coordinators;

/// <summary>
/// The hash of Java's strings. It decides what partition a group's state is kept in, and the order of a <c>java.util.HashMap</c>, which
/// Kafka lets decide where nothing else does: so that both brokers decide alike.
/// </summary>
static class JavaString
{
    public static int HashCode(string text)
    {
        var hash = 0;
        foreach (var unit in text)
            hash = unchecked((31 * hash) + unit);
        return hash;
    }

    /// <summary>
    /// Where a HashMap that has held so many entries at most lists a key; keys of the same place are in the order they came.
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

    /// <summary>The partition of a coordinator topic that keeps the state of an id.</summary>
    public static int PartitionFor(string id, int partitions)
    {
        var hash = HashCode(id);
        return (hash == int.MinValue ? 0 : Math.Abs(hash)) % partitions;
    }
}
