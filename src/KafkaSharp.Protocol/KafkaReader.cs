using System.Buffers.Binary;

namespace KafkaSharp.Protocol;

/// <summary>
/// Reads Kafka's types from one contiguous frame, front to back. Every length is checked against the bytes that are left before anything is
/// allocated; every fault is a <see cref="ProtocolException"/>. Strings are decoded as leniently as Java does (<see cref="JavaUtf8"/>).
/// <c>flexible</c> chooses the compact forms of KIP-482. Not thread-safe; lives on the stack.
/// </summary>
public ref struct KafkaReader(ReadOnlyMemory<byte> frame)
{
    private readonly ReadOnlyMemory<byte> _frame = frame;
    private readonly ReadOnlySpan<byte> _bytes = frame.Span;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    /// <summary>Bytes left.</summary>
    public readonly int Remaining => _bytes.Length - Position;

    /// <summary>The next <paramref name="length"/> bytes, in place.</summary>
    public ReadOnlySpan<byte> Take(int length)
    {
        if ((uint)length > (uint)Remaining)
            throw Beyond(length);
        var taken = _bytes.Slice(Position, length);
        Position += length;
        return taken;
    }

    public bool ReadBoolean() => Take(1)[0] != 0;

    public sbyte ReadInt8() => (sbyte)Take(1)[0];

    public short ReadInt16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    public int ReadInt32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    public long ReadInt64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    public double ReadFloat64() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    public Uuid ReadUuid() => Uuid.Read(Take(Uuid.Size));

    public ErrorCode ReadErrorCode() => (ErrorCode)ReadInt16();

    /// <summary>Up to 5 bytes of 7 bits, least significant first; bits beyond 32 are dropped, as Kafka does.</summary>
    public uint ReadUnsignedVarint()
    {
        uint value = 0;
        for (var shift = 0; shift <= 28; shift += 7)
        {
            var part = Take(1)[0];
            value |= (uint)(part & 0x7f) << shift;
            if (part < 0x80)
                return value;
        }
        throw new ProtocolException($"The varint that ends at byte {Position} has more than 5 bytes");
    }

    public string ReadString(bool flexible) => ReadNullableString(flexible) ?? throw Null("string");

    public string? ReadNullableString(bool flexible)
    {
        var length = flexible ? (int)(ReadUnsignedVarint() - 1) : ReadInt16();
        if (length < 0)
            return null;
        if (length > short.MaxValue)
            throw new ProtocolException($"The string at byte {Position} has a length of {length}, which is more than {short.MaxValue}");
        return JavaUtf8.GetString(Take(length));
    }

    public byte[] ReadBytes(bool flexible) => ReadNullableBytes(flexible) ?? throw Null("bytes");

    public byte[]? ReadNullableBytes(bool flexible)
    {
        var length = ReadLength(flexible);
        return length < 0 ? null : Take(length).ToArray();
    }

    public ReadOnlyMemory<byte> ReadRecords(bool flexible) => ReadNullableRecords(flexible) ?? throw Null("records");

    /// <summary>Records in place: the memory is the frame's.</summary>
    public ReadOnlyMemory<byte>? ReadNullableRecords(bool flexible)
    {
        var length = ReadLength(flexible);
        if (length < 0)
            return null;
        Take(length);
        return _frame.Slice(Position - length, length);
    }

    public int ReadArrayLength(bool flexible, int minimalElementSize)
    {
        var length = ReadNullableArrayLength(flexible, minimalElementSize);
        return length < 0 ? throw Null("array") : length;
    }

    /// <summary>
    /// The number of elements of an array, -1 for null. More elements than the bytes left can hold are refused here, before room for them is
    /// made; elements that may take no byte at all are counted as one, as in Kafka.
    /// </summary>
    public int ReadNullableArrayLength(bool flexible, int minimalElementSize)
    {
        var length = ReadLength(flexible);
        if (length > Remaining / Math.Max(1, minimalElementSize))
            throw new ProtocolException($"The array at byte {Position} has {length} elements, more than fit in the {Remaining} bytes left");
        return Math.Max(length, -1);
    }

    /// <summary>Whether a nullable struct is there: int8, negative for null.</summary>
    public bool ReadStructPresence() => ReadInt8() >= 0;

    /// <summary>The same within a tagged field: unsigned varint, 0 for null.</summary>
    public bool ReadTaggedStructPresence() => (int)ReadUnsignedVarint() > 0;

    /// <summary>The tagged part of a struct that has no tagged fields of its own; null where it is empty.</summary>
    internal List<RawTaggedField>? ReadTags()
    {
        List<RawTaggedField>? fields = null;
        for (var count = ReadTagCount(); count > 0; count--)
        {
            var tag = ReadTag(out var size);
            fields = ReadUnknownTag(fields, tag, size);
        }
        return fields;
    }

    internal int ReadTagCount() => (int)ReadUnsignedVarint();

    internal int ReadTag(out int size)
    {
        var tag = (int)ReadUnsignedVarint();
        size = (int)ReadUnsignedVarint();
        return tag;
    }

    internal List<RawTaggedField> ReadUnknownTag(List<RawTaggedField>? fields, int tag, int size)
    {
        fields ??= [];
        fields.Add(new(tag, Take(size).ToArray()));
        return fields;
    }

    internal readonly ProtocolException InvalidTag(int tag, short version) =>
        new($"Tag {tag} before byte {Position} is not valid for version {version}");

    // Kafka takes every negative length for null, and a compact length is one more than the length in the wrapping arithmetic of 32 bits.
    private int ReadLength(bool flexible) => flexible ? (int)(ReadUnsignedVarint() - 1) : ReadInt32();

    private readonly ProtocolException Beyond(int length) =>
        new($"{length} bytes are announced at byte {Position}, and {Remaining} are left");

    private readonly ProtocolException Null(string type) => new($"The {type} before byte {Position} is null where that is not allowed");
}
