namespace KafkaSharp.Protocol;

/// <summary>Compares integers of a client's choice, such as producer ids, by value and hashes them with <see cref="SeededHash"/>.
/// Thread-safe.</summary>
public sealed class SeededInt64Comparer : IEqualityComparer<long>
{
    private SeededInt64Comparer()
    {
    }

    public static SeededInt64Comparer Instance { get; } = new();

    public bool Equals(long x, long y) => x == y;

    public int GetHashCode(long obj) => SeededHash.Of(obj);
}
