using System.Buffers;
using System.Buffers.Binary;

namespace KafkaSharp.Protocol;

/// <summary>
/// Writes Kafka's types to a sink. The writer keeps a span of the sink until it is full, so the sink is complete only after
/// <see cref="Flush"/>. A value that the protocol cannot represent causes a <see cref="ProtocolException"/>. Not thread-safe.
/// </summary>
public ref struct KafkaWriter(IBufferWriter<byte> sink)
{
    private const int SpanSize = 512;

    private readonly IBufferWriter<byte> _sink = sink;
    private Span<byte> _span;
    private int _used;
    private long _flushed;

    /// <summary>The number of bytes written, including unflushed bytes and records passed by reference.</summary>
    public readonly long Written => _flushed + _used;

    /// <summary>Passes all written bytes to the sink.</summary>
    public void Flush()
    {
        _sink.Advance(_used);
        _flushed += _used;
        _span = default;
        _used = 0;
    }

    public void WriteBoolean(bool value) => Reserve(1)[0] = value ? (byte)1 : (byte)0;

    public void WriteInt8(sbyte value) => Reserve(1)[0] = (byte)value;

    public void WriteInt16(short value) => BinaryPrimitives.WriteInt16BigEndian(Reserve(2), value);

    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Reserve(2), value);

    public void WriteInt32(int value) => BinaryPrimitives.WriteInt32BigEndian(Reserve(4), value);

    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Reserve(4), value);

    public void WriteInt64(long value) => BinaryPrimitives.WriteInt64BigEndian(Reserve(8), value);

    public void WriteFloat64(double value) => BinaryPrimitives.WriteDoubleBigEndian(Reserve(8), value);

    public void WriteUuid(Uuid value) => value.Write(Reserve(Uuid.Size));

    public void WriteErrorCode(ErrorCode value) => WriteInt16((short)value);

    /// <summary>Writes bytes without a length.</summary>
    public void WriteRaw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    public void WriteUnsignedVarint(int value) => WriteUnsignedVarlong((uint)value);

    public void WriteString(string? value, bool flexible)
    {
        if (value is null)
            throw ProtocolException.Null();
        var length = JavaUtf8.GetByteCount(value);
        if (length > short.MaxValue)
            throw new ProtocolException($"A string of {length} bytes is too long; the limit is {short.MaxValue}");
        if (flexible)
            WriteUnsignedVarint(length + 1);
        else
            WriteInt16((short)length);
        JavaUtf8.GetBytes(value, Reserve(length));
    }

    public void WriteNullableString(string? value, bool flexible)
    {
        if (value is not null)
            WriteString(value, flexible);
        else if (flexible)
            WriteUnsignedVarint(0);
        else
            WriteInt16(-1);
    }

    public void WriteBytes(byte[]? value, bool flexible) => WriteNullableBytes(value ?? throw ProtocolException.Null(), flexible);

    public void WriteNullableBytes(byte[]? value, bool flexible)
    {
        WriteArrayLength(value?.Length ?? -1, flexible);
        WriteRaw(value);
    }

    public void WriteRecords(ReadOnlyMemory<byte>? value, bool flexible) =>
        WriteNullableRecords(value ?? throw ProtocolException.Null(), flexible);

    /// <summary>Writes records with their length. An <see cref="IRecordsSink"/> receives them by reference.</summary>
    public void WriteNullableRecords(ReadOnlyMemory<byte>? value, bool flexible)
    {
        WriteArrayLength(value?.Length ?? -1, flexible);
        if (value is not { Length: > 0 } records)
            return;
        if (_sink is IRecordsSink sink)
        {
            Flush();
            sink.WriteRecords(records);
            _flushed += records.Length;
        }
        else
            WriteRaw(records.Span);
    }

    /// <summary>The number of elements of an array, -1 for null.</summary>
    public void WriteArrayLength(int count, bool flexible)
    {
        if (flexible)
            WriteUnsignedVarint(count + 1);
        else
            WriteInt32(count);
    }

    public void WriteStructPresence(bool present) => WriteInt8(present ? (sbyte)1 : (sbyte)-1);

    public void WriteTaggedStructPresence(bool present) => WriteUnsignedVarint(present ? 1 : 0);

    internal static void RefuseTags(List<RawTaggedField>? fields, short version)
    {
        if (fields is { Count: > 0 })
        {
            throw new ProtocolException(
                $"Tagged fields were set, but version {version} does not support them", ErrorCode.UnsupportedVersion);
        }
    }

    /// <summary>Writes the tagged fields of a struct that defines none itself.</summary>
    internal void WriteTags(List<RawTaggedField>? fields)
    {
        WriteUnsignedVarint(fields?.Count ?? 0);
        var next = 0;
        WriteUnknownTags(fields, ref next, int.MaxValue);
    }

    /// <summary>
    /// Writes the unknown fields, starting at index <paramref name="next"/>, whose tags are less than the tag of the next known field.
    /// </summary>
    internal void WriteUnknownTags(List<RawTaggedField>? fields, ref int next, int knownTag)
    {
        for (; fields is not null && next < fields.Count && fields[next].Tag <= knownTag; next++)
        {
            var (tag, data) = fields[next];
            if (tag == knownTag)
                throw new ProtocolException($"Tag {tag} belongs to a known field and cannot be written as an unknown field");
            if (next > 0 && fields[next - 1].Tag >= tag)
                throw new ProtocolException($"Tagged fields must be in ascending order, but tag {tag} follows tag {fields[next - 1].Tag}");
            WriteTag(tag, data.Length);
            WriteRaw(data);
        }
    }

    internal void WriteTag(int tag, int size)
    {
        WriteUnsignedVarint(tag);
        WriteUnsignedVarint(size);
    }

    /// <summary>A writer for the body of a tagged field. The body is buffered, because its size precedes it.</summary>
    internal static KafkaWriter BeginTag() => new(TagBuffer.Rent());

    internal void EndTag(int tag, ref KafkaWriter body)
    {
        body.Flush();
        var buffer = (TagBuffer)body._sink;
        WriteTag(tag, buffer.WrittenCount);
        WriteRaw(buffer.Written);
        buffer.Return();
    }

    private void WriteUnsignedVarlong(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            Reserve(1)[0] = (byte)(value | 0x80);
        Reserve(1)[0] = (byte)value;
    }

    private Span<byte> Reserve(int size)
    {
        if (_span.Length - _used < size)
        {
            Flush();
            _span = _sink.GetSpan(Math.Max(size, SpanSize));
        }
        var reserved = _span.Slice(_used, size);
        _used += size;
        return reserved;
    }
}
