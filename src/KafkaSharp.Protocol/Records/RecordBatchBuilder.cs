namespace KafkaSharp.Protocol.Records;

/// <summary>
/// Makes one magic 2 batch from records (Kafka's <c>MemoryRecordsBuilder</c>, the same bytes where uncompressed), in pooled memory. Not thread
/// safe. Usable again after <see cref="Reset"/>; <see cref="Dispose"/> gives the memory back.
/// </summary>
public sealed class RecordBatchBuilder : IDisposable
{
    public RecordBatchBuilder(RecordBatchOptions options) => throw new NotImplementedException();

    public int RecordCount => throw new NotImplementedException();
    public long LastOffset => throw new NotImplementedException();
    public long NextOffset => throw new NotImplementedException();
    public long MaxTimestamp => throw new NotImplementedException();

    /// <summary>Bytes of the batch so far, before compression, header included.</summary>
    public int UncompressedSize => throw new NotImplementedException();

    /// <summary>Appends with the next offset.</summary>
    public void Append(long timestamp, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool hasKey = true, bool hasValue = true) =>
        throw new NotImplementedException();

    /// <summary>Appends with a given offset, above the last one.</summary>
    public void Append(long offset, long timestamp, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool hasKey, bool hasValue) =>
        throw new NotImplementedException();

    /// <summary>Appends a record as read from another batch, with its headers, under the given offset.</summary>
    public void Append(long offset, in Record record) => throw new NotImplementedException();

    /// <summary>Appends with headers.</summary>
    public void Append(
        long offset, long timestamp, byte[]? key, byte[]? value, IReadOnlyList<KeyValuePair<string, byte[]?>> headers) =>
        throw new NotImplementedException();

    /// <summary>The batch, with its CRC; valid until <see cref="Reset"/> or <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Build() => throw new NotImplementedException();

    /// <summary>Begins another batch in the same memory.</summary>
    public void Reset(RecordBatchOptions options) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
