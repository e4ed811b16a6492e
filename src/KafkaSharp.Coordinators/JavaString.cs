namespace KafkaSharp.Coordinators;

/// <summary>The hash of Java's strings, which decides what partition a group's state is kept in.</summary>
static class JavaString
{
    public static int HashCode(string text)
    {
        var hash = 0;
        foreach (var unit in text)
            hash = unchecked((31 * hash) + unit);
        return hash;
    }

    /// <summary>The hash as <c>java.util.HashMap</c> spreads it.</summary>
    public static int SpreadHashCode(string text)
    {
        var hash = HashCode(text);
        return hash ^ (int)((uint)hash >> 16);
    }

    /// <summary>The partition of a coordinator topic that keeps the state of an id.</summary>
    public static int PartitionFor(string id, int partitions)
    {
        var hash = HashCode(id);
        return (hash == int.MinValue ? 0 : Math.Abs(hash)) % partitions;
    }
}
