using KafkaSharp.Protocol.Generator.Schemas;

namespace KafkaSharp.Protocol.Generator.Emit;

/// <summary>
/// Emits the method that writes a struct. A field that the version does not have is omitted if it is ignorable or has its default value;
/// otherwise the method throws a <c>ProtocolException</c> (Kafka's UnsupportedVersionException).
/// </summary>
internal sealed class WriteEmitter(CodeWriter code, MessageSchema message)
{
    public void Emit(StructSchema type, bool isRoot)
    {
        var flexible = VersionCondition.Present(message.FlexibleVersions, type.Versions);
        using (code.Open($"{(isRoot ? "public" : "internal")} void Write(ref KafkaWriter writer, short version)"))
        {
            if (isRoot)
                code.Line("if (version is < LowestVersion or > HighestVersion) "
                    + $"throw ProtocolException.VersionOutOfRange(\"{message.Name}\", version);");
            if (flexible is not ("true" or "false"))
                code.Line($"var flexible = {flexible};");
            foreach (var field in type.Fields.Where(f => !f.IsTagged))
                EmitPlain(field, type);
            EmitTags(type, flexible);
        }
    }

    private void EmitPlain(FieldSchema field, StructSchema type)
    {
        var present = VersionCondition.Present(field.Versions, type.Versions);
        var flexible = field.NeverFlexible ? "false" : VersionCondition.Present(message.FlexibleVersions, field.Versions);
        if (flexible is not ("true" or "false"))
            flexible = "flexible";
        if (present == "true")
            EmitValue(field, "writer", flexible, "");
        else if (present != "false")
            EmitValue(field, "writer", flexible, $"if ({present}) ");
        if (present != "true" && !field.Ignorable)
            code.Line($"{(present == "false" ? "" : "else ")}if ({Defaults.Differs(field)}) {ThrowUnsupported(field)}");
    }

    private static string ThrowUnsupported(FieldSchema field) => $"throw ProtocolException.Unsupported(\"{field.Name}\", version);";

    private void EmitValue(FieldSchema field, string writer, string flexible, string prefix)
    {
        var name = field.Name;
        var nullable = VersionCondition.Present(field.NullableVersions, field.Versions);
        if (field.Type.IsStruct && field.Type.IsArray)
        {
            using (OpenAfter(prefix))
            {
                EmitLength(field, writer, flexible, nullable);
                var list = field.IsNullable ? $"if ({name} is not null) " : "";
                code.Line($"{list}foreach (var item in {name}) item.Write(ref {writer}, version);");
            }
            return;
        }
        if (field.Type.IsStruct)
        {
            EmitStruct(field, writer, nullable, prefix);
            return;
        }
        if (field.Type is { IsArray: false } && field.Type.FixedSize != 0)
        {
            code.Line($"{prefix}{writer}.Write{(field.IsErrorCode ? "ErrorCode" : field.Type.MethodName)}({name});");
            return;
        }
        var list2 = field.Type.IsArray ? "List" : "";
        string Call(string kind) => $"{writer}.Write{kind}{field.Type.MethodName}{list2}({name}, {flexible});";
        if (nullable is "true" or "false")
            code.Line(prefix + Call(nullable == "true" ? "Nullable" : ""));
        else
        {
            using (OpenAfter(prefix))
            {
                code.Line($"if ({nullable}) {Call("Nullable")}");
                code.Line($"else {Call("")}");
            }
        }
    }

    private void EmitLength(FieldSchema field, string writer, string flexible, string nullable)
    {
        if (!field.IsNullable)
            code.Line($"{writer}.WriteArrayLength({field.Name}.Count, {flexible});");
        else if (nullable == "true")
            code.Line($"{writer}.WriteArrayLength({field.Name}?.Count ?? -1, {flexible});");
        else
            code.Line($"{writer}.WriteArrayLength({field.Name}?.Count ?? ({nullable} ? -1 : throw ProtocolException.Null()), {flexible});");
    }

    private void EmitStruct(FieldSchema field, string writer, string nullable, string prefix)
    {
        var name = field.Name;
        if (nullable == "false")
        {
            var value = field.IsNullable ? $"({name} ?? throw ProtocolException.Null())" : name;
            code.Line($"{prefix}{value}.Write(ref {writer}, version);");
            return;
        }
        using (OpenAfter(prefix))
        {
            var method = field.IsTagged ? "WriteTaggedStructPresence" : "WriteStructPresence";
            if (nullable == "true")
                code.Line($"{writer}.{method}({name} is not null);");
            else
            {
                code.Line($"if ({nullable}) {writer}.{method}({name} is not null);");
                code.Line($"else if ({name} is null) throw ProtocolException.Null();");
            }
            code.Line($"{name}?.Write(ref {writer}, version);");
        }
    }

    private CodeWriter.Block? OpenAfter(string prefix) => prefix.Length == 0 ? null : code.Open(prefix.TrimEnd());

    private void EmitTags(StructSchema type, string flexible)
    {
        var known = type.Fields.Where(f => f.IsTagged).OrderBy(f => f.Tag).ToList();
        foreach (var field in known.Where(f => !f.Ignorable))
        {
            var absent = VersionCondition.Absent(field.Versions, type.Versions);
            if (absent != "false")
                code.Line($"if ({(absent == "true" ? "" : absent + " && ")}({Defaults.Differs(field)})) {ThrowUnsupported(field)}");
        }
        if (flexible == "false")
        {
            code.Line("KafkaWriter.RefuseTags(UnknownTaggedFields, version);");
            return;
        }
        if (flexible != "true")
            code.Line("if (!flexible) KafkaWriter.RefuseTags(UnknownTaggedFields, version);");
        if (known.Count == 0)
            code.Line((flexible == "true" ? "" : "else ") + "writer.WriteTags(UnknownTaggedFields);");
        else
        {
            using (code.Open(flexible == "true" ? "" : "else"))
                EmitKnown(type, known);
        }
    }

    private void EmitKnown(StructSchema type, List<FieldSchema> known)
    {
        var around = type.Versions.Intersect(message.FlexibleVersions);
        known = known.Where(f => !f.Versions.IsEmpty).ToList();
        code.Line("var tags = UnknownTaggedFields?.Count ?? 0;");
        code.Line("var unknown = 0;");
        foreach (var field in known)
        {
            var present = VersionCondition.Present(field.Versions, around);
            var differs = Defaults.Differs(field);
            code.Line(present == "true"
                ? $"var has{field.Name} = {differs};"
                : $"var has{field.Name} = {present} && ({differs});");
            code.Line($"if (has{field.Name}) tags++;");
        }
        code.Line("writer.WriteUnsignedVarint(tags);");
        foreach (var field in known)
        {
            using (code.Open($"if (has{field.Name})"))
            {
                code.Line($"writer.WriteUnknownTags(UnknownTaggedFields, ref unknown, {field.Tag});");
                if (field.Type is { IsArray: false, FixedSize: not 0 })
                {
                    code.Line($"writer.WriteTag({field.Tag}, {field.Type.FixedSize});");
                    EmitValue(field, "writer", "true", "");
                }
                else
                {
                    code.Line("var body = KafkaWriter.BeginTag();");
                    EmitValue(field, "body", "true", "");
                    code.Line($"writer.EndTag({field.Tag}, ref body);");
                }
            }
        }
        code.Line("writer.WriteUnknownTags(UnknownTaggedFields, ref unknown, int.MaxValue);");
    }
}
