namespace KafkaSharp.Protocol.Records;

/// <summary>
/// What a leader makes of appended batches (Kafka's checks in <c>UnifiedLog.append</c> and its <c>LogValidator</c>): every fault is an
/// <see cref="ErrorCode"/> in the result, nothing is thrown for what the bytes hold. Static and safe for many threads; one call works on its
/// own bytes only. A magic 2 batch that needs no other compression is checked and patched where it lies, without an allocation.
/// </summary>
public static class RecordBatchValidator
{
    /// <summary>
    /// Checks the batches and gives them offsets from <paramref name="firstOffset"/> on. The memory must be writable (it is the frame's):
    /// base offset, leader epoch, timestamps and, only where it covers what changed, the CRC are patched in it.
    /// </summary>
    public static RecordValidationResult Validate(
        ReadOnlyMemory<byte> records, RecordValidationOptions options, AppendOrigin origin, long firstOffset, int leaderEpoch, long nowMs) =>
        throw new NotImplementedException();
}
