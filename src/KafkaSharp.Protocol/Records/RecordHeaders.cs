namespace KafkaSharp.Protocol.Records;

/// <summary>The headers of a record where they lie; checked when the record was read.</summary>
public ref struct RecordHeaders
{
    public readonly int Count => throw new NotImplementedException();
    public readonly RecordHeader Current => throw new NotImplementedException();
    public bool MoveNext() => throw new NotImplementedException();
    public readonly RecordHeaders GetEnumerator() => this;
}
