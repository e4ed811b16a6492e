using KafkaSharp.Coordinators.Runtime;

namespace KafkaSharp.Coordinators.Consumer;

/// <summary>
/// Sets of names of topics that list them in the order of Java's <c>new HashSet(names)</c>. The order in which a member subscribes to
/// topics decides which partitions an assignor gives to whom, and it must not change when the group is loaded from its records. Stateless.
/// </summary>
internal static class TopicNames
{
    public static IReadOnlySet<string> Of(IReadOnlyCollection<string> names)
    {
        string[] inOrder = [.. names.Distinct(StringComparer.Ordinal)];
        JavaHashOrder.Sort(inOrder, JavaString.HashCode, JavaHashOrder.CapacityOfCopy(names.Count));
        // A set from which nothing is removed lists its elements as they were added.
        return new HashSet<string>(inOrder, StringComparer.Ordinal);
    }
}
