namespace KafkaSharp.Server.Commands;

/// <summary>
/// The random source of the process, seeded by the operating system. All other code receives it as a parameter. Thread-safe.
/// </summary>
internal sealed class SystemRandom : Random
{
    private readonly Lock _gate = new();

    // Guid.NewGuid reads from the kernel. RandomNumberGenerator would load OpenSSL, which costs 3 MB of memory.
    private SystemRandom()
        : base(Guid.NewGuid().GetHashCode())
    {
    }

    public static Random Create() => new SystemRandom();

    public override int Next()
    {
        lock (_gate)
            return base.Next();
    }

    public override int Next(int maxValue)
    {
        lock (_gate)
            return base.Next(maxValue);
    }

    public override int Next(int minValue, int maxValue)
    {
        lock (_gate)
            return base.Next(minValue, maxValue);
    }

    public override long NextInt64(long maxValue)
    {
        lock (_gate)
            return base.NextInt64(maxValue);
    }

    public override long NextInt64(long minValue, long maxValue)
    {
        lock (_gate)
            return base.NextInt64(minValue, maxValue);
    }

    public override double NextDouble()
    {
        lock (_gate)
            return base.NextDouble();
    }

    public override void NextBytes(byte[] buffer)
    {
        lock (_gate)
            base.NextBytes(buffer);
    }

    public override void NextBytes(Span<byte> buffer)
    {
        lock (_gate)
            base.NextBytes(buffer);
    }
}
