namespace KafkaSharp.Metadata.Images;

/// <summary>The first producer id after all allocated blocks; -1 before the first block. Immutable.</summary>
public sealed record ProducerIdsImage(long NextProducerId)
{
    public static ProducerIdsImage Empty { get; } = new(-1);

    public bool IsEmpty => NextProducerId < 0;
}
