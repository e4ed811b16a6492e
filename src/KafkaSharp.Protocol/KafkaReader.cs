using System.Buffers.Binary;

namespace KafkaSharp.Protocol;

/// <summary>
/// Reads Kafka's types from a contiguous frame, from front to back. Every length is checked against the remaining bytes before memory is
/// allocated. Invalid input causes a <see cref="ProtocolException"/> and no other exception. Strings are decoded like in Java
/// (<see cref="JavaUtf8"/>). The parameter <c>flexible</c> selects the compact forms of KIP-482. Not thread-safe.
/// </summary>
public ref struct KafkaReader(ReadOnlyMemory<byte> frame)
{
    private readonly ReadOnlyMemory<byte> _frame = frame;
    private readonly ReadOnlySpan<byte> _bytes = frame.Span;
    // A string of a usual length counts only as the element that it is in.
    private const int BytesPerElement = 256;

    private int _elementsLeft = int.MaxValue;

    /// <summary>
    /// How many elements there may be: those of arrays, tagged fields, and one for each 256 bytes of a string or of bytes, since all of
    /// them take time and memory. Records do not count. Not limited by default.
    /// </summary>
    public int MaxElements
    {
        init => _elementsLeft = value;
    }

    /// <summary>Whether the cause of a <see cref="ProtocolException"/> was <see cref="MaxElements"/>.</summary>
    public bool HasTooManyElements { get; private set; }

    /// <summary>The number of bytes read.</summary>
    public int Position { get; private set; }

    /// <summary>The number of remaining bytes.</summary>
    public readonly int Remaining => _bytes.Length - Position;

    /// <summary>The next <paramref name="length"/> bytes, without a copy.</summary>
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

    /// <summary>Up to 5 bytes of 7 bits each, least significant first. Bits beyond 32 are dropped, as in Kafka.</summary>
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
        Count(length / BytesPerElement);
        return JavaUtf8.GetString(Take(length));
    }

    public byte[] ReadBytes(bool flexible) => ReadNullableBytes(flexible) ?? throw Null("bytes");

    public byte[]? ReadNullableBytes(bool flexible)
    {
        var length = ReadLength(flexible);
        return length < 0 ? null : Copy(length);
    }

    public ReadOnlyMemory<byte> ReadRecords(bool flexible) => ReadNullableRecords(flexible) ?? throw Null("records");

    /// <summary>Records, without a copy: the memory is part of the frame.</summary>
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
    /// The number of elements of an array, -1 for null. A number that the remaining bytes cannot hold is refused, so the caller can
    /// allocate the array. An element whose minimal size is 0 counts as one byte, as in Kafka.
    /// </summary>
    public int ReadNullableArrayLength(bool flexible, int minimalElementSize)
    {
        var length = ReadLength(flexible);
        if (length > Remaining / Math.Max(1, minimalElementSize))
            throw new ProtocolException($"The array at byte {Position} has {length} elements, but only {Remaining} bytes remain");
        Count(length);
        return Math.Max(length, -1);
    }

    /// <summary>Whether a nullable struct is present: an int8, negative for null.</summary>
    public bool ReadStructPresence() => ReadInt8() >= 0;

    /// <summary>Whether a nullable struct in a tagged field is present: an unsigned varint, 0 for null.</summary>
    public bool ReadTaggedStructPresence() => (int)ReadUnsignedVarint() > 0;

    /// <summary>The tagged fields of a struct that defines none itself; null if there are none.</summary>
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

    internal int ReadTagCount()
    {
        var count = (int)ReadUnsignedVarint();
        Count(count);
        return count;
    }

    internal int ReadTag(out int size)
    {
        var tag = (int)ReadUnsignedVarint();
        size = (int)ReadUnsignedVarint();
        return tag;
    }

    internal List<RawTaggedField> ReadUnknownTag(List<RawTaggedField>? fields, int tag, int size)
    {
        fields ??= [];
        fields.Add(new(tag, Copy(size)));
        return fields;
    }

    internal readonly ProtocolException InvalidTag(int tag, short version) =>
        new($"Tag {tag} before byte {Position} is not valid for version {version}");

    // Kafka treats every negative length as null. A compact length is the length plus one, with 32-bit overflow.
    private int ReadLength(bool flexible) => flexible ? (int)(ReadUnsignedVarint() - 1) : ReadInt32();

    private byte[] Copy(int length)
    {
        Count(length / BytesPerElement);
        return Take(length).ToArray();
    }

    private void Count(int elements)
    {
        if (elements > _elementsLeft)
        {
            HasTooManyElements = true;
            throw new ProtocolException($"With {elements} more at byte {Position}, the message has too many elements");
        }
        _elementsLeft -= Math.Max(elements, 0);
    }

    private readonly ProtocolException Beyond(int length) =>
        new($"A field at byte {Position} has a length of {length} bytes, but only {Remaining} bytes remain");

    private readonly ProtocolException Null(string type) => new($"The {type} before byte {Position} is null, which is not allowed");
}
