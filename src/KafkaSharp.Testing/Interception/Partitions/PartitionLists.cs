namespace KafkaSharp.Testing.Interception.Partitions;

/// <summary>Divides and joins the lists of topics with partitions that requests and responses have.</summary>
internal static class PartitionLists
{
    /// <summary>Moves the selected partitions out of a list of topics, into a list of copies of their topics.</summary>
    public static List<TTopic> Take<TTopic, TPartition>(
        List<TTopic> topics,
        Func<TTopic, List<TPartition>> partitions,
        Func<TTopic, TPartition, bool> isSelected,
        Func<TTopic, List<TPartition>, TTopic> copy)
    {
        List<TTopic> taken = [];
        foreach (var topic in topics)
        {
            var selected = partitions(topic).FindAll(partition => isSelected(topic, partition));
            if (selected.Count == 0)
                continue;
            partitions(topic).RemoveAll(selected.Contains);
            taken.Add(copy(topic, selected));
        }
        topics.RemoveAll(topic => partitions(topic).Count == 0);
        return taken;
    }

    /// <summary>Adds the partitions of a list of topics to another list, to the same topic where it is there.</summary>
    public static void Join<TTopic, TPartition>(
        List<TTopic> into, List<TTopic> from, Func<TTopic, object> keyOf, Func<TTopic, List<TPartition>> partitions)
    {
        foreach (var topic in from)
        {
            if (into.Find(other => keyOf(other).Equals(keyOf(topic))) is { } same)
                partitions(same).AddRange(partitions(topic));
            else
                into.Add(topic);
        }
    }
}
