using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using CompareRequests.Schemas;
using KafkaSharp.Protocol.Generator.Schemas;

namespace CompareRequests.Wire;

/// <summary>
/// Writes a message from its schema. It also writes what Kafka forbids: null where null is not allowed, lengths without bytes, unknown
/// tags. A field that the value does not name has its default; a tagged field is then left out.
/// </summary>
internal sealed class MessageWriter(MessageSchema message, int version)
{
    /// <summary>The name of a field of the struct that holds additional tagged fields: a Dictionary from the tag to its bytes.</summary>
    public const string ExtraTags = "(extra tags)";

    private readonly MemoryStream _bytes = new();
    private readonly bool _flexible = message.FlexibleVersions.Has(version);

    public static byte[] Write(MessageSchema message, int version, Dictionary<string, object?> fields)
    {
        var writer = new MessageWriter(message, version);
        writer.WriteStruct(message.Root, fields);
        return writer._bytes.ToArray();
    }

    private void WriteStruct(StructSchema type, Dictionary<string, object?> fields)
    {
        var tagged = new SortedDictionary<int, byte[]>();
        foreach (var field in type.Fields.Where(field => field.Versions.Has(version)))
        {
            var present = fields.TryGetValue(field.Name, out var value);
            if (!field.IsTagged)
                WriteField(field, present ? value : Default(field));
            else if (present)
            {
                var part = new MessageWriter(message, version);
                part.WriteField(field, value);
                tagged[field.Tag] = part._bytes.ToArray();
            }
        }
        if (!_flexible)
            return;
        if (fields.TryGetValue(ExtraTags, out var extra))
        {
            foreach (var (tag, bytes) in (Dictionary<string, object?>)extra!)
                tagged[int.Parse(tag, CultureInfo.InvariantCulture)] = (byte[])bytes!;
        }
        WriteVarint((uint)tagged.Count);
        foreach (var (tag, bytes) in tagged)
        {
            WriteVarint((uint)tag);
            WriteVarint((uint)bytes.Length);
            _bytes.Write(bytes);
        }
    }

    private static object? Default(FieldSchema field)
    {
        if (field.Default == "null" || (field.Default is null && field.Type is { Element: "records", IsArray: false }))
            return null;
        if (field.Type.IsArray)
            return new List<object?>();
        return field.Type.Element switch
        {
            "string" => field.Default ?? "",
            "uuid" => "",
            "bytes" => Array.Empty<byte>(),
            "bool" => field.Default == "true",
            "float64" => 0.0,
            _ when field.Type.IsStruct => new Dictionary<string, object?>(),
            _ => field.Default is { } number ? long.Parse(number, CultureInfo.InvariantCulture) : 0L,
        };
    }

    private void WriteField(FieldSchema field, object? value)
    {
        if (!field.Type.IsArray)
        {
            WriteElement(field, value);
            return;
        }
        var items = value as List<object?>;
        WriteLength(field, (value as AnnouncedLength)?.Length ?? items?.Count ?? -1, small: false);
        foreach (var item in items ?? [])
            WriteElement(field, item, ofArray: true);
    }

    private void WriteElement(FieldSchema field, object? value, bool ofArray = false)
    {
        if (field.Type.IsStruct)
        {
            if (!ofArray && field.NullableVersions.Has(version))
                _bytes.WriteByte(value is null ? (byte)255 : (byte)1);
            if (value is Dictionary<string, object?> fields)
                WriteStruct(message.Structs.First(type => type.Name == field.Type.Element), fields);
            return;
        }
        switch (field.Type.Element)
        {
            case "string":
                WriteBytes(field, value is string text ? Encoding.UTF8.GetBytes(text) : value, small: true);
                break;
            case "bytes" or "records":
                WriteBytes(field, value, small: false);
                break;
            case "uuid":
                _bytes.Write(UuidText.Parse((string)value!));
                break;
            case "float64":
                Span<byte> eight = stackalloc byte[8];
                BinaryPrimitives.WriteDoubleBigEndian(eight, Convert.ToDouble(value, CultureInfo.InvariantCulture));
                _bytes.Write(eight);
                break;
            default:
                WriteNumber(value switch { bool flag => flag ? 1 : 0, long number => number, _ => -1 }, field.Type.FixedSize);
                break;
        }
    }

    private void WriteBytes(FieldSchema field, object? value, bool small)
    {
        var bytes = value as byte[];
        WriteLength(field, (value as AnnouncedLength)?.Length ?? bytes?.Length ?? -1, small);
        _bytes.Write(bytes);
    }

    private void WriteLength(FieldSchema field, int length, bool small)
    {
        if (_flexible && !field.NeverFlexible)
            WriteVarint((uint)(length + 1));
        else
            WriteNumber(length, small ? 2 : 4);
    }

    private void WriteNumber(long value, int size)
    {
        Span<byte> eight = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(eight, value);
        _bytes.Write(eight[(8 - size)..]);
    }

    private void WriteVarint(uint value)
    {
        for (; value > 127; value >>= 7)
            _bytes.WriteByte((byte)(value | 128));
        _bytes.WriteByte((byte)value);
    }
}
