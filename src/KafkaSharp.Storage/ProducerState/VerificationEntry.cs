namespace KafkaSharp.Storage.ProducerState;

/// <summary>
/// A transaction of one producer whose verification has begun (Kafka's <c>VerificationStateEntry</c>). Its lowest sequence keeps a later
/// batch from being appended before the first one, which would then be refused for ever.
/// </summary>
internal sealed class VerificationEntry(int sequence, short epoch, bool supportsEpochBump, long beganMs)
{
    private short _epoch = epoch;

    public VerificationGuard Guard { get; } = new();

    /// <summary>The lowest sequence, within the latest epoch, of the batches that were to be verified.</summary>
    public int LowestSequence { get; private set; } = sequence;

    /// <summary>Whether the client increases its epoch with every transaction, so that each of its epochs begins at sequence 0.</summary>
    public bool SupportsEpochBump => supportsEpochBump;

    public long BeganMs => beganMs;

    /// <summary>Another batch of the producer is to be verified.</summary>
    public void OnBatch(int sequence, short epoch)
    {
        if (epoch > _epoch || (epoch == _epoch && sequence < LowestSequence))
            (_epoch, LowestSequence) = (epoch, sequence);
    }
}
