namespace KafkaSharp.Coordinators.GroupService;

/// <summary>Separates the partitions that a request names by whether they exist. Stateless.</summary>
internal static class ExistingPartitions
{
    /// <param name="lookup">The topics of the cluster.</param>
    /// <param name="topic">The name of the topic.</param>
    /// <param name="partitions">The partitions in the request.</param>
    /// <param name="indexOf">The index of a partition.</param>
    public static (List<T> Known, List<T> Unknown) Split<T>(
        this ITopicLookup lookup, string topic, List<T> partitions, Func<T, int> indexOf)
    {
        var known = new List<T>(partitions.Count);
        var unknown = new List<T>();
        foreach (var partition in partitions)
            (lookup.PartitionExists(topic, indexOf(partition)) ? known : unknown).Add(partition);
        return (known, unknown);
    }
}
