using System.Numerics;

namespace KafkaSharp.Coordinators.Runtime;

/// <summary>
/// The order in which Kafka's <c>TimelineHashMap</c> returns its entries: records of whole groups are written in it. An order is that of
/// the slots of the table; of the elements of one slot the last one comes first. Stateless.
/// </summary>
internal static class TimelineOrder
{
    /// <summary>The capacity of an empty table.</summary>
    public const int SmallestCapacity = 2;

    private const double MaxLoad = 0.75;

    /// <summary>The capacity after an element is added or replaced in a table that had this many elements.</summary>
    public static int Grow(int capacity, int count) => (count + 1) * MaxLoad > capacity ? capacity * 2 : capacity;

    /// <summary>The capacity of a table to which this many elements were added and never replaced.</summary>
    public static int CapacityOf(int count)
    {
        var capacity = SmallestCapacity;
        for (var added = 0; added < count; added++)
            capacity = Grow(capacity, added);
        return capacity;
    }

    /// <summary>The elements, which are in insertion order, in the order of the table.</summary>
    public static IEnumerable<T> Sort<T>(IEnumerable<T> inserted, Func<T, int> hashCode, int capacity) =>
        inserted.Reverse().OrderBy(element => Slot(hashCode(element), capacity));

    private static int Slot(int hashCode, int capacity) =>
        (int)((ulong)(hashCode * -7046029254386353131L) >> (64 - BitOperations.Log2((uint)capacity)));
}
