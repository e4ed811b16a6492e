namespace KafkaSharp.Protocol.Records;

/// <summary>The keys and values of control records, and batches of one of them (Kafka's <c>ControlRecordUtils</c>, <c>MemoryRecords.with…</c>).</summary>
public static class ControlRecords
{
    public const int KeySize = 4;

    /// <summary>The type a control record's key names; Unknown for one of a later version. A key that is too short is a <see cref="RecordsException"/>.</summary>
    public static ControlRecordType ParseType(ReadOnlySpan<byte> key) => throw new NotImplementedException();

    public static void WriteKey(Span<byte> destination, ControlRecordType type) => throw new NotImplementedException();

    public static EndTransactionMarker ParseEndTransactionMarker(in Record record) => throw new NotImplementedException();

    /// <summary>A transactional control batch with one commit or abort marker.</summary>
    public static byte[] EndTransactionBatch(
        EndTransactionMarker marker, long baseOffset, long timestamp, long producerId, short producerEpoch, int partitionLeaderEpoch) =>
        throw new NotImplementedException();
}
