namespace KafkaSharp.Protocol.Records;

/// <summary>
/// Walks the batches of a buffer, as one lies in a log or a request. A batch whose bytes are not all there ends the walk, as in Kafka;
/// a length or magic that cannot be is a <see cref="RecordsException"/> with CORRUPT_MESSAGE.
/// </summary>
public ref struct RecordBatchReader
{
    public RecordBatchReader(ReadOnlySpan<byte> buffer, int maxBatchSize = int.MaxValue) => throw new NotImplementedException();

    /// <summary>Where the current batch begins in the buffer.</summary>
    public readonly int Position => throw new NotImplementedException();

    /// <summary>Bytes of whole batches passed so far.</summary>
    public readonly int Consumed => throw new NotImplementedException();

    public readonly RecordBatch Current => throw new NotImplementedException();

    public bool MoveNext() => throw new NotImplementedException();

    public readonly RecordBatchReader GetEnumerator() => this;
}
