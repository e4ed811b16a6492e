using KafkaSharp.Protocol;

namespace KafkaSharp.Metadata.Images;

/// <summary>
/// Hashes ids without a seed, so that an image is walked in the same order in every process (a simulation repeats itself from its seed).
/// Only for tables of ids that the controller made: a client chooses what it looks up in them, never what they hold. Thread-safe.
/// </summary>
internal sealed class StoredIdComparer : IEqualityComparer<Uuid>
{
    public static readonly StoredIdComparer Instance = new();

    private StoredIdComparer()
    {
    }

    public bool Equals(Uuid x, Uuid y) => x == y;

    public int GetHashCode(Uuid obj) => obj.MostSignificantBits.GetHashCode() * 31 + obj.LeastSignificantBits.GetHashCode();
}
