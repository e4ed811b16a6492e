using KafkaSharp.Protocol.Generator.Schemas;

namespace KafkaSharp.Protocol.Generator.Emit;

/// <summary>
/// The C# names of a message's structs, which are nested in its class. A struct with the name of a field of the message, or of one of its
/// own fields, has the suffix <c>Data</c>, because a class cannot have a member and a nested type with the same name.
/// </summary>
internal sealed class StructNames
{
    private readonly Dictionary<string, string> _names;

    public StructNames(MessageSchema message)
    {
        _names = message.Structs.Skip(1).ToDictionary(
            s => s.Name,
            s => message.Root.Fields.Concat(s.Fields).Any(f => f.Name == s.Name) || s.Name == message.Name ? s.Name + "Data" : s.Name);
        _names[message.Name] = message.Name;
    }

    public string this[string name] => _names[name];

    public string Element(FieldType type) => FieldType.Primitive(type.Element) ?? _names[type.Element];

    public string Property(FieldSchema field)
    {
        var type = field.IsErrorCode ? "ErrorCode" : field.Type.IsArray ? $"List<{Element(field.Type)}>" : Element(field.Type);
        return field.IsNullable ? type + "?" : type;
    }
}
