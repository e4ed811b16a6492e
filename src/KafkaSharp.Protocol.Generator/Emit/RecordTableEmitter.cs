using KafkaSharp.Protocol.Generator.Schemas;

namespace KafkaSharp.Protocol.Generator.Emit;

/// <summary>Emits one class per log that reads the message of a record type, such as <c>MetadataRecords.Read</c>.</summary>
internal static class RecordTableEmitter
{
    public static string Emit(EquatableArray<RecordRow> rows)
    {
        var code = new CodeWriter();
        code.Line(MessageEmitter.FileHead);
        code.Line("#nullable enable");
        code.Line("#pragma warning disable");
        code.Line("namespace KafkaSharp.Protocol.Messages;");
        foreach (var log in rows.GroupBy(r => r.Log).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            code.Line($"/// <summary>The records of the {log.Key} log by their type.</summary>");
            using (code.Open($"public static class {char.ToUpperInvariant(log.Key[0])}{log.Key.Substring(1)}Records"))
            {
                EmitRead(code, "Read", log.Where(r => r.Kind == MessageKind.Record));
                EmitRead(code, "ReadKey", log.Where(r => r.Kind == MessageKind.Key));
                EmitRead(code, "ReadValue", log.Where(r => r.Kind == MessageKind.Value));
            }
        }
        return code.ToString();
    }

    private static void EmitRead(CodeWriter code, string method, IEnumerable<RecordRow> rows)
    {
        var ordered = rows.OrderBy(r => r.Type).ToList();
        if (ordered.Count == 0)
            return;
        code.Line("/// <summary>Reads the message of a record type. Null for an unknown type.</summary>");
        code.Line("/// <exception cref=\"ProtocolException\">The bytes are not a valid message, or the version is unknown.</exception>");
        code.Line($"public static IRecordMessage? {method}(short type, short version, ref KafkaReader reader) => type switch");
        code.Line("{");
        foreach (var row in ordered)
            code.Line($"    {row.Type} => {row.Name}.Read(ref reader, version),");
        code.Line("    _ => null,");
        code.Line("};");
    }
}
