using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using KafkaSharp.Protocol.Generator.Schemas;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Protocol.Tests.Messages;

/// <summary>
/// The JSON form of a message in a version, as Kafka writes it: all fields of the version, but tagged fields only if they differ from their
/// default; bytes as base64.
/// </summary>
internal sealed class MessageJson(MessageSchema schema, short version)
{
    public JsonObject ToJson(IMessage message) => ToJson(message, schema.Root);

    public IMessage FromJson(JsonNode json) => (IMessage)FromJson(json, MessageCodec.Of(schema.Name).Type, schema.Root);

    private bool Has(FieldSchema field) => version >= field.Versions.Lowest && version <= field.Versions.Highest;

    private StructSchema Struct(FieldSchema field) => schema.Structs.Single(s => s.Name == field.Type.Element);

    private static string Key(FieldSchema field) => char.ToLowerInvariant(field.Name[0]) + field.Name[1..];

    private static PropertyInfo Property(object target, FieldSchema field) => target.GetType().GetProperty(field.Name)!;

    private JsonObject ToJson(object value, StructSchema type)
    {
        var json = new JsonObject();
        foreach (var field in type.Fields.Where(Has))
        {
            var content = ToJson(Property(value, field).GetValue(value), field);
            if (!field.IsTagged || !JsonNode.DeepEquals(content, DefaultOf(value.GetType(), field)))
                json[Key(field)] = content;
        }
        return json;
    }

    private JsonNode? DefaultOf(Type type, FieldSchema field)
    {
        var fresh = Activator.CreateInstance(type)!;
        return ToJson(Property(fresh, field).GetValue(fresh), field);
    }

    private JsonNode? ToJson(object? value, FieldSchema field) => value switch
    {
        null => null,
        byte[] bytes => Convert.ToBase64String(bytes),
        ReadOnlyMemory<byte> records => Convert.ToBase64String(records.Span),
        string text => text,
        IEnumerable list => new JsonArray([.. list.Cast<object>().Select(item => ToJson(item, field))]),
        bool flag => flag,
        double number => number,
        ErrorCode code => (int)code,
        Uuid id => id.ToString(),
        IConvertible number => number.ToInt64(CultureInfo.InvariantCulture),
        _ => ToJson(value, Struct(field)),
    };

    private object FromJson(JsonNode json, Type target, StructSchema type)
    {
        var value = Activator.CreateInstance(target)!;
        foreach (var field in type.Fields.Where(Has))
        {
            if (json.AsObject().TryGetPropertyValue(Key(field), out var content))
                Property(value, field).SetValue(value, FromJson(content, Property(value, field).PropertyType, field));
            else
                Assert.That(field.IsTagged, $"{field.Name} is missing in {json.ToJsonString()}");
        }
        var known = type.Fields.Where(Has).Select(Key).ToHashSet();
        Assert.That(json.AsObject().Where(p => !known.Contains(p.Key)).Select(p => p.Key), Is.Empty);
        return value;
    }

    private object? FromJson(JsonNode? json, Type target, FieldSchema field)
    {
        target = Nullable.GetUnderlyingType(target) ?? target;
        if (json is null)
            return null;
        if (target == typeof(byte[]))
            return Convert.FromBase64String(json.GetValue<string>());
        if (target == typeof(ReadOnlyMemory<byte>))
            return new ReadOnlyMemory<byte>(Convert.FromBase64String(json.GetValue<string>()));
        if (target == typeof(string))
            return json.GetValue<string>();
        if (target == typeof(Uuid))
            return Uuid.Parse(json.GetValue<string>());
        if (target == typeof(bool))
            return json.GetValue<bool>();
        if (target == typeof(double))
            return json.GetValue<double>();
        if (target == typeof(ErrorCode))
            return (ErrorCode)json.GetValue<short>();
        if (target.IsPrimitive)
            return Convert.ChangeType(json.GetValue<long>(), target, CultureInfo.InvariantCulture);
        if (json is not JsonArray array)
            return FromJson(json, target, Struct(field));
        var list = (IList)Activator.CreateInstance(target)!;
        foreach (var item in array)
            list.Add(FromJson(item, target.GenericTypeArguments[0], field));
        return list;
    }
}
