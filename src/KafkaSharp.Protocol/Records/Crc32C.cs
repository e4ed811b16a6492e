namespace KafkaSharp.Protocol.Records;

/// <summary>CRC-32C (Castagnoli), as magic 2 batches carry it, with the processor's instruction.</summary>
public static class Crc32C
{
    public static uint Compute(ReadOnlySpan<byte> bytes) => throw new NotImplementedException();
}
