using KafkaSharp.Protocol;

namespace KafkaSharp.Coordinators.Runtime;

/// <summary>
/// The order in which Java's <c>HashMap</c> and <c>HashSet</c> return their elements. Decisions of Kafka's assignors depend on it, so that
/// with it both brokers make the same assignments. An order is that of the places in the table; elements of one place are in insertion
/// order. Stateless.
/// </summary>
internal static class JavaHashOrder
{
    private const int DefaultCapacity = 16;

    /// <summary>The capacity of a table that was created empty and has held this many elements.</summary>
    public static int Capacity(int count) => Grow(DefaultCapacity, count);

    /// <summary>The capacity of <c>new HashSet(collection)</c>.</summary>
    public static int CapacityOfCopy(int count) => PowerOfTwo(Math.Max((int)(count / 0.75f) + 1, DefaultCapacity));

    /// <summary>The capacity of <c>new HashMap(map)</c>.</summary>
    public static int CapacityOfMapCopy(int count) => PowerOfTwo((int)((count / 0.75f) + 1));

    /// <summary>The capacity of a table that was created with <c>new HashMap(requested)</c> and has held this many elements.</summary>
    public static int CapacityOf(int requested, int count) => Grow(PowerOfTwo(requested), count);

    /// <summary>The capacity after elements were added until there were this many.</summary>
    public static int Grow(int capacity, int count)
    {
        while (count > (int)(capacity * 0.75f))
            capacity *= 2;
        return capacity;
    }

    public static int HashCode(Uuid id)
    {
        var bits = id.MostSignificantBits ^ id.LeastSignificantBits;
        return (int)(bits >> 32) ^ (int)bits;
    }

    /// <summary>Sorts elements that are in insertion order. The hash of an integer is the integer.</summary>
    public static void Sort<T>(T[] inserted, Func<T, int> hashCode, int capacity)
    {
        // Places are the high half of the keys and positions the low one, so that the sort is stable.
        var keys = new long[inserted.Length];
        var isSorted = true;
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = ((long)Place(hashCode(inserted[i]), capacity) << 32) | (uint)i;
            isSorted &= i == 0 || keys[i] > keys[i - 1];
        }
        if (!isSorted)
            Array.Sort(keys, inserted);
    }

    private static int Place(int hash, int capacity) => (hash ^ (int)((uint)hash >> 16)) & (capacity - 1);

    private static int PowerOfTwo(int atLeast) => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(atLeast, 1));
}
