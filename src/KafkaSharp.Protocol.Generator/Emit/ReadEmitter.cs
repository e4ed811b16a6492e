using KafkaSharp.Protocol.Generator.Schemas;

namespace KafkaSharp.Protocol.Generator.Emit;

/// <summary>Emits the constructor that reads a struct: the fields in order, then the tagged fields.</summary>
internal sealed class ReadEmitter(CodeWriter code, MessageSchema message, StructNames names)
{
    public void Emit(StructSchema type)
    {
        var flexible = VersionCondition.Present(message.FlexibleVersions, type.Versions);
        using (code.Open($"internal {names[type.Name]}(ref KafkaReader reader, short version)"))
        {
            if (flexible is not ("true" or "false"))
                code.Line($"var flexible = {flexible};");
            foreach (var field in type.Fields)
            {
                if (field.IsTagged || field.Versions.IsEmpty)
                    EmitDefault(field);
                else
                    EmitField(field, type);
            }
            if (flexible != "false")
                EmitTags(type, flexible == "true" ? "" : "if (flexible) ");
        }
    }

    private void EmitDefault(FieldSchema field)
    {
        if (Defaults.Expression(field) is { } value)
            code.Line($"{field.Name} = {value};");
    }

    private void EmitField(FieldSchema field, StructSchema type)
    {
        var present = VersionCondition.Present(field.Versions, type.Versions);
        if (present == "true")
        {
            EmitValue(field, FlexibleArgument(type, field), "");
            return;
        }
        EmitValue(field, FlexibleArgument(type, field), $"if ({present}) ");
        if (Defaults.Expression(field) is { } value)
            code.Line($"else {field.Name} = {value};");
    }

    private string FlexibleArgument(StructSchema type, FieldSchema field)
    {
        if (field.NeverFlexible)
            return "false";
        var within = VersionCondition.Present(message.FlexibleVersions, field.Versions);
        return within is "true" or "false" ? within : "flexible";
    }

    private void EmitValue(FieldSchema field, string flexible, string prefix)
    {
        var nullable = VersionCondition.Present(field.NullableVersions, field.Versions);
        if (field.Type.IsArray && field.Type.IsStruct)
        {
            EmitStructs(field, flexible, nullable, prefix);
            return;
        }
        if (field.Type is { IsStruct: true, IsArray: false })
        {
            var create = $"new {names.Element(field.Type)}(ref reader, version)";
            var there = field.IsTagged ? "reader.ReadTaggedStructPresence()" : "reader.ReadStructPresence()";
            var condition = nullable == "true" ? there : $"(!({nullable}) || {there})";
            code.Line(nullable == "false"
                ? $"{prefix}{field.Name} = {create};"
                : $"{prefix}{field.Name} = {condition} ? {create} : null;");
            return;
        }
        var list = field.Type.IsArray ? "List" : "";
        string Call(string kind) => $"reader.Read{kind}{field.Type.MethodName}{list}({flexible})";
        var value = !field.Type.IsArray && field.Type.FixedSize != 0 ? $"reader.Read{field.Type.MethodName}()" :
            nullable == "true" ? Call("Nullable") :
            nullable == "false" ? Call("") : $"{nullable} ? {Call("Nullable")} : {Call("")}";
        if (field.IsErrorCode)
            value = "reader.ReadErrorCode()";
        code.Line($"{prefix}{field.Name} = {value};");
    }

    private void EmitStructs(FieldSchema field, string flexible, string nullable, string prefix)
    {
        var element = names.Element(field.Type);
        var arguments = $"({flexible}, {MinimalSize(field.Type.Element, [])})";
        var count = nullable switch
        {
            "true" => $"reader.ReadNullableArrayLength{arguments}",
            "false" => $"reader.ReadArrayLength{arguments}",
            _ => $"{nullable} ? reader.ReadNullableArrayLength{arguments} : reader.ReadArrayLength{arguments}",
        };
        using (code.Open(prefix.TrimEnd()))
        {
            code.Line($"var count = {count};");
            if (nullable == "false")
            {
                EmitLoop(field, element);
                return;
            }
            code.Line($"if (count < 0) {field.Name} = null;");
            using (code.Open("else"))
                EmitLoop(field, element);
        }
    }

    private void EmitLoop(FieldSchema field, string element)
    {
        code.Line($"var list = new List<{element}>(count);");
        code.Line("for (; count > 0; count--) list.Add(new(ref reader, version));");
        code.Line($"{field.Name} = list;");
    }

    private void EmitTags(StructSchema type, string prefix)
    {
        var known = type.Fields.Where(f => f.IsTagged).OrderBy(f => f.Tag).ToList();
        if (known.Count == 0)
        {
            code.Line($"{prefix}UnknownTaggedFields = reader.ReadTags();");
            return;
        }
        using (code.Open($"{prefix}for (var tags = reader.ReadTagCount(); tags > 0; tags--)"))
        {
            code.Line("var tag = reader.ReadTag(out var size);");
            using (code.Open("switch (tag)"))
            {
                foreach (var field in known)
                {
                    code.Line($"case {field.Tag}:");
                    var absent = VersionCondition.Absent(field.Versions, type.Versions.Intersect(message.FlexibleVersions));
                    if (absent != "false")
                        code.Line($"if ({absent}) throw reader.InvalidTag(tag, version);");
                    if (!field.Versions.IsEmpty)
                        EmitValue(field, "true", "");
                    code.Line("break;");
                }
                code.Line("default: UnknownTaggedFields = reader.ReadUnknownTag(UnknownTaggedFields, tag, size); break;");
            }
        }
    }

    /// <summary>
    /// The minimal size of a struct in any version, in bytes. The reader checks the length of an array with it against the remaining bytes.
    /// </summary>
    private int MinimalSize(string name, HashSet<string> above)
    {
        if (!above.Add(name))
            return 1;
        var type = message.Structs.Single(s => s.Name == name);
        var size = message.FlexibleVersions.Covers(type.Versions) ? 1 : 0;
        foreach (var field in type.Fields.Where(f => !f.IsTagged && f.Versions.Covers(type.Versions)))
        {
            size += field.Type.IsArray || field.IsNullable ? 1
                : field.Type.IsStruct ? MinimalSize(field.Type.Element, above)
                : Math.Max(1, field.Type.FixedSize);
        }
        above.Remove(name);
        return size;
    }
}
