namespace KafkaSharp.Server.VerifyLog;

/// <summary>How much was read by a verification.</summary>
internal sealed class VerifiedCounts
{
    public int Partitions { get; set; }

    public int Segments { get; set; }

    public long Batches { get; set; }

    public long Bytes { get; set; }
}
