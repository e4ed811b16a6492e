namespace KafkaSharp.Server.Commands;

/// <summary>
/// The process's source of randomness, seeded by the operating system: the one place where randomness enters. Safe for use from any thread.
/// </summary>
sealed class SystemRandom : Random
{
    private readonly Lock _gate = new();

    // A new Guid takes its bytes from the kernel; the cryptographic generator would load OpenSSL, 3 MB of it, for four bytes.
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
