namespace KafkaSharp.Metadata.Images;

/// <summary>Whether a leader was elected from outside the ISR and still has to recover (KIP-704).</summary>
public enum LeaderRecoveryState : sbyte
{
    NoChange = -1,
    Recovered = 0,
    Recovering = 1,
}
