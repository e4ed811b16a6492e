using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using CompareRequests.Schemas;
using KafkaSharp.Protocol.Generator.Schemas;

namespace CompareRequests.Wire;

/// <summary>Reads a message from its schema. Bytes that do not agree with the schema cause an <see cref="InvalidDataException"/>.</summary>
internal sealed class MessageReader(MessageSchema message, int version, byte[] bytes, int at)
{
    private readonly bool _flexible = message.FlexibleVersions.Has(version);
    private int _at = at;

    public static Dictionary<string, object?> Read(MessageSchema message, int version, byte[] bytes, int at)
    {
        var reader = new MessageReader(message, version, bytes, at);
        var fields = reader.ReadStruct(message.Root);
        if (reader._at != bytes.Length)
            throw new InvalidDataException($"{bytes.Length - reader._at} bytes after the end of the message");
        return fields;
    }

    private Dictionary<string, object?> ReadStruct(StructSchema type)
    {
        var fields = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var field in type.Fields.Where(field => !field.IsTagged && field.Versions.Has(version)))
            fields[field.Name] = ReadField(field);
        if (!_flexible)
            return fields;
        for (var left = ReadVarint(); left > 0; left--)
        {
            var tag = (int)ReadVarint();
            var end = ReadVarint() + _at;
            if (type.Fields.FirstOrDefault(field => field.Tag == tag && field.Versions.Has(version)) is { } field)
                fields[field.Name] = ReadField(field);
            else
                fields[$"(tag {tag})"] = Take((int)end - _at).ToArray();
            if (_at != end)
                throw new InvalidDataException($"the tagged field {tag} has another length");
        }
        return fields;
    }

    private object? ReadField(FieldSchema field)
    {
        if (!field.Type.IsArray)
            return ReadElement(field);
        var count = ReadLength(field, 4);
        if (count > bytes.Length)
            throw new InvalidDataException($"an array of {count}");
        if (count < 0)
            return null;
        var items = new List<object?>();
        for (var i = 0; i < count; i++)
            items.Add(ReadElement(field, ofArray: true));
        return items;
    }

    private object? ReadElement(FieldSchema field, bool ofArray = false)
    {
        if (field.Type.IsStruct)
        {
            if (!ofArray && field.NullableVersions.Has(version) && (sbyte)Take(1)[0] < 0)
                return null;
            return ReadStruct(message.Structs.First(type => type.Name == field.Type.Element));
        }
        switch (field.Type.Element)
        {
            case "string":
                var size = ReadLength(field, 2);
                return size < 0 ? null : Encoding.UTF8.GetString(Take(size));
            case "bytes" or "records":
                var length = ReadLength(field, 4);
                return length < 0 ? null : Take(length).ToArray();
            case "uuid":
                return UuidText.Format(Take(16));
            case "float64":
                return BinaryPrimitives.ReadDoubleBigEndian(Take(8));
            case "bool":
                return Take(1)[0] != 0;
            default:
                return ReadNumber(field.Type.FixedSize, isSigned: field.Type.Element[0] != 'u');
        }
    }

    private int ReadLength(FieldSchema field, int size) =>
        _flexible && !field.NeverFlexible ? (int)ReadVarint() - 1 : (int)ReadNumber(size, isSigned: true);

    private long ReadNumber(int size, bool isSigned)
    {
        var number = Take(size);
        long value = isSigned ? (sbyte)number[0] : number[0];
        for (var i = 1; i < size; i++)
            value = (value << 8) | number[i];
        return value;
    }

    private uint ReadVarint()
    {
        uint value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = Take(1)[0];
            value |= (uint)(next & 127) << shift;
            if (next < 128)
                return value;
        }
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > bytes.Length - _at)
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"the message ends before {count} bytes at {_at}"));
        _at += count;
        return bytes.AsSpan(_at - count, count);
    }
}
