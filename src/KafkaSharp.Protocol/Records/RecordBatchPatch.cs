namespace KafkaSharp.Protocol.Records;

/// <summary>Sets fields of a batch in place. Offsets and leader epoch lie outside the CRC; timestamps lie in it, and it is recomputed if they change.</summary>
public static class RecordBatchPatch
{
    public static void SetBaseOffset(Span<byte> batch, long baseOffset) => throw new NotImplementedException();

    /// <summary>Sets the base offset so that the last record gets <paramref name="lastOffset"/>.</summary>
    public static void SetLastOffset(Span<byte> batch, long lastOffset) => throw new NotImplementedException();

    /// <summary>Magic 2 only.</summary>
    public static void SetPartitionLeaderEpoch(Span<byte> batch, int epoch) => throw new NotImplementedException();

    /// <summary>Sets the max timestamp and the timestamp type, and the CRC if either changed.</summary>
    public static void SetMaxTimestamp(Span<byte> batch, TimestampType type, long maxTimestamp) => throw new NotImplementedException();
}
