namespace KafkaSharp.Metadata.Controller.Replication;

/// <summary>
/// The 48 bit linear congruential generator of <c>java.util.Random</c>, so that replicas are placed exactly as Kafka places them from the
/// same seed. Not thread-safe.
/// </summary>
internal sealed class JavaRandom(long seed)
{
    private const long Multiplier = 0x5DEECE66DL;
    private const long Mask = (1L << 48) - 1;

    private long _seed = (seed ^ Multiplier) & Mask;

    /// <summary>A number from 0 to below <paramref name="bound"/>.</summary>
    public int NextInt(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        var bits = Next31();
        if ((bound & -bound) == bound)
            return (int)((bound * (long)bits) >> 31);
        var result = bits % bound;
        // Taken again where the last, incomplete run of the bound's multiples was hit: the sum then overflows.
        while (unchecked(bits - result + (bound - 1)) < 0)
        {
            bits = Next31();
            result = bits % bound;
        }
        return result;
    }

    /// <summary>Puts a list into a random order as <c>Collections.shuffle</c> does.</summary>
    public void Shuffle<T>(List<T> list)
    {
        for (var i = list.Count; i > 1; i--)
        {
            var other = NextInt(i);
            (list[i - 1], list[other]) = (list[other], list[i - 1]);
        }
    }

    private int Next31()
    {
        _seed = unchecked((_seed * Multiplier) + 0xBL) & Mask;
        return (int)(_seed >> 17);
    }
}
