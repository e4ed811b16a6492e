using KafkaSharp.Protocol.Generator.Schemas;

namespace KafkaSharp.Protocol.Generator.Emit;

/// <summary>Default values of fields, and conditions that say whether a field differs from its default.</summary>
static class Defaults
{
    /// <summary>The default as an expression, or null where it is that of the C# type.</summary>
    public static string? Expression(FieldSchema field)
    {
        if (field.DefaultsToNull)
            return null;
        if (field.Type.IsArray)
            return "[]";
        if (field.Type.IsStruct)
            return "new()";
        return field.Type.Element switch
        {
            "string" => field.Default ?? "\"\"",
            "bytes" => "[]",
            "bool" => field.Default == "true" ? "true" : null,
            _ when field.IsErrorCode && field.Default is not null => $"(ErrorCode)({field.Default})",
            _ => field.Default,
        };
    }

    /// <summary>A condition that is true when the field is not at its default.</summary>
    public static string Differs(FieldSchema field)
    {
        var name = field.Name;
        if (field.DefaultsToNull)
            return $"{name} is not null";
        var orNull = field.IsNullable ? $"{name} is null || " : "";
        if (field.Type.IsArray)
            return $"{orNull}{name}.Count != 0";
        if (field.Type.IsStruct)
            return $"{orNull}!{name}.IsDefault";
        return field.Type.Element switch
        {
            "string" => $"{name} != {field.Default ?? "\"\""}",
            "bytes" => $"{orNull}{name}.Length != 0",
            "bool" => field.Default == "true" ? $"!{name}" : name,
            "uuid" => $"!{name}.IsZero",
            _ when field.IsErrorCode => $"{name} != {(field.Default is null ? "0" : $"(ErrorCode)({field.Default})")}",
            _ => $"{name} != {field.Default ?? "0"}",
        };
    }
}
