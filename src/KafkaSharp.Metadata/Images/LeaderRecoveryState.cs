namespace KafkaSharp.Metadata.Images;

/// <summary>Whether the leader was elected from outside the ISR and must still recover (KIP-704).</summary>
public enum LeaderRecoveryState : sbyte
{
    NoChange = -1,
    Recovered = 0,
    Recovering = 1,
}
