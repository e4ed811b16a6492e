namespace KafkaSharp.Protocol.Records;

/// <summary>Enumerates the headers of a record in place. They were validated when the record was read.</summary>
public ref struct RecordHeaders
{
    private readonly ReadOnlySpan<byte> _bytes;
    private int _position;
    private int _left;

    internal RecordHeaders(ReadOnlySpan<byte> bytes, int count)
    {
        _bytes = bytes;
        _left = Count = count;
    }

    public int Count { get; }

    public RecordHeader Current { readonly get; private set; }

    public bool MoveNext()
    {
        if (_left == 0)
            return false;
        _left--;
        Varint.TryRead(_bytes, ref _position, out int keyLength);
        var key = _bytes.Slice(_position, keyLength);
        _position += keyLength;
        Varint.TryRead(_bytes, ref _position, out int valueLength);
        var value = valueLength < 0 ? default : _bytes.Slice(_position, valueLength);
        _position += value.Length;
        Current = new RecordHeader(key, value, valueLength >= 0);
        return true;
    }

    public readonly RecordHeaders GetEnumerator() => this;
}
