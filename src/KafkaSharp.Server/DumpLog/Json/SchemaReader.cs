using System.Globalization;
using KafkaSharp.Configuration;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Generator.Schemas;

namespace KafkaSharp.Server.DumpLog.Json;

/// <summary>
/// Reads the bytes of a message by its schema and makes the JSON of Kafka's tools (its generated <c>JsonConverter</c> classes): fields in
/// the order of the schema, numbers as numbers, bytes in base64, a tagged field only if it is not the default.
/// </summary>
internal sealed class SchemaReader(MessageSchema message, short version)
{
    private readonly bool _isFlexible = version >= message.FlexibleVersions.Lowest && !message.FlexibleVersions.IsEmpty;

    /// <summary>The JSON of a field of bytes, by its name, where it is not base64.</summary>
    public Func<string, byte[], string?>? BytesText { get; init; }

    /// <summary>The JSON of the message at the reader's position.</summary>
    /// <param name="reader">The bytes of the message, behind its type and version.</param>
    /// <param name="leads">A field in JSON that comes before those of the schema, or null.</param>
    /// <exception cref="ProtocolException">The bytes are not such a message, or the schema has no such version.</exception>
    public string Read(ref KafkaReader reader, string? leads = null)
    {
        if (version < message.Versions.Lowest || version > message.Versions.Highest)
            throw ProtocolException.VersionOutOfRange(message.Name, version);
        return ReadStruct(ref reader, message.Root, leads);
    }

    private string ReadStruct(ref KafkaReader reader, StructSchema type, string? leads = null)
    {
        var values = new string?[type.Fields.Count];
        for (var i = 0; i < values.Length; i++)
        {
            if (IsInVersion(type.Fields[i]) && !type.Fields[i].IsTagged)
                values[i] = ReadField(ref reader, type.Fields[i]);
        }
        if (_isFlexible)
            ReadTagged(ref reader, type, values);
        var fields = values
            .Select((value, i) => value is null ? null : $"\"{Camel(type.Fields[i].Name)}\":{value}")
            .Prepend(leads)
            .OfType<string>();
        return $"{{{string.Join(',', fields)}}}";
    }

    private void ReadTagged(ref KafkaReader reader, StructSchema type, string?[] values)
    {
        for (var left = reader.ReadUnsignedVarint(); left > 0; left--)
        {
            var tag = reader.ReadUnsignedVarint();
            var bytes = reader.Take((int)reader.ReadUnsignedVarint());
            for (var i = 0; i < values.Length; i++)
            {
                if (type.Fields[i].Tag != tag || !IsInVersion(type.Fields[i]))
                    continue;
                var inner = new KafkaReader(bytes.ToArray());
                values[i] = ReadField(ref inner, type.Fields[i]);
            }
        }
    }

    private bool IsInVersion(FieldSchema field) => version >= field.Versions.Lowest && version <= field.Versions.Highest;

    private string ReadField(ref KafkaReader reader, FieldSchema field)
    {
        var isFlexible = _isFlexible && !field.NeverFlexible;
        if (!field.Type.IsArray)
            return ReadElement(ref reader, field, isFlexible);
        var count = reader.ReadNullableArrayLength(isFlexible, 1);
        if (count < 0)
            return "null";
        var items = new List<string>();
        for (; count > 0; count--)
            items.Add(ReadElement(ref reader, field, isFlexible));
        return $"[{string.Join(',', items)}]";
    }

    private string ReadElement(ref KafkaReader reader, FieldSchema field, bool isFlexible) => field.Type.Element switch
    {
        "string" => reader.ReadNullableString(isFlexible) is { } text ? JsonText.Quote(text) : "null",
        "bool" => reader.ReadBoolean() ? "true" : "false",
        "int8" => Number(reader.ReadInt8()),
        "int16" => Number(reader.ReadInt16()),
        "uint16" => Number(reader.ReadUInt16()),
        "int32" => Number(reader.ReadInt32()),
        "uint32" => Number(reader.ReadUInt32()),
        "int64" => Number(reader.ReadInt64()),
        "float64" => Number(reader.ReadFloat64()),
        "uuid" => JsonText.Quote(reader.ReadUuid().ToString()),
        "bytes" or "records" => reader.ReadNullableBytes(isFlexible) is { } bytes ? Bytes(field, bytes) : "null",
        var name => IsNull(ref reader, field) ? "null" : ReadStruct(ref reader, message.Structs.First(type => type.Name == name)),
    };

    private bool IsNull(ref KafkaReader reader, FieldSchema field) =>
        !field.Type.IsArray && version >= field.NullableVersions.Lowest && version <= field.NullableVersions.Highest
        && !(field.IsTagged ? reader.ReadTaggedStructPresence() : reader.ReadStructPresence());

    private string Bytes(FieldSchema field, byte[] bytes) =>
        BytesText?.Invoke(field.Name, bytes) ?? JsonText.Quote(Convert.ToBase64String(bytes));

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    // Not a number in JSON: Kafka's library puts it into quotes.
    private static string Number(double value) =>
        double.IsFinite(value) ? JavaNumber.Format(value) : JsonText.Quote(JavaNumber.Format(value));

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
