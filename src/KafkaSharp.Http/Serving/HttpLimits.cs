namespace KafkaSharp.Http.Serving;

/// <summary>What a client may cost. Immutable.</summary>
public sealed record HttpLimits
{
    /// <summary>The most connections at once; later ones wait until one is closed.</summary>
    public int Connections { get; init; } = 64;

    /// <summary>The largest request line with headers.</summary>
    public int HeadBytes { get; init; } = 16 << 10;

    /// <summary>The largest body.</summary>
    public int BodyBytes { get; init; } = 8 << 20;

    /// <summary>How long a connection may be idle, a request may take to arrive, and a client may read nothing of its response.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(2);
}
