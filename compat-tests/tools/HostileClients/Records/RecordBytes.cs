namespace HostileClients.Records;

/// <summary>Records of a batch, written one after another with consecutive offsets. Not thread-safe.</summary>
internal sealed class RecordBytes
{
    private byte[] _bytes = new byte[1024];
    private int _length;
    private int _count;

    public int Count => _count;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public byte[] ToArray() => Written.ToArray();

    /// <summary>A record with no key and a value.</summary>
    public void Add(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Begin(value.Length));
        _bytes[_length++] = 0; // headers
    }

    /// <summary>A record with no key and a value of zeros.</summary>
    public void AddZeros(int length)
    {
        Begin(length).Clear();
        _bytes[_length++] = 0;
    }

    private Span<byte> Begin(int valueLength)
    {
        var size = 1 + 1 + SizeOf(_count) + 1 + SizeOf(valueLength) + valueLength + 1;
        while (_bytes.Length < _length + size + 8)
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, _bytes.Length * 2L));
        Varint(size);
        _bytes[_length++] = 0; // attributes
        _bytes[_length++] = 0; // timestamp delta
        Varint(_count++);
        _bytes[_length++] = 1; // no key
        Varint(valueLength);
        _length += valueLength;
        return _bytes.AsSpan(_length - valueLength, valueLength);
    }

    private void Varint(int value)
    {
        var raw = (uint)value << 1;
        for (; raw >= 0x80; raw >>= 7)
            _bytes[_length++] = (byte)(raw | 0x80);
        _bytes[_length++] = (byte)raw;
    }

    private static int SizeOf(int value)
    {
        var size = 1;
        for (var raw = (uint)value << 1; raw >= 0x80; raw >>= 7)
            size++;
        return size;
    }
}
