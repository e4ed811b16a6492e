using KafkaSharp.Protocol.Generator.Schemas;

namespace KafkaSharp.Protocol.Generator.Emit;

/// <summary>Expressions for the default value of a field and for the comparison with it.</summary>
internal static class Defaults
{
    /// <summary>
    /// Whether the object of a struct field is made when it is first used. Most responses leave their tagged structs unset, and a fetch
    /// response has three in each partition.
    /// </summary>
    public static bool IsLazy(FieldSchema field) =>
        field.Type is { IsStruct: true, IsArray: false } && !field.IsNullable && !field.DefaultsToNull;

    /// <summary>
    /// Whether the list of a field that may be null is made when it is first used: a fetch response has one in each partition, and nearly
    /// always sets it to null.
    /// </summary>
    public static bool IsLazyList(FieldSchema field) => field.Type.IsArray && field.IsNullable && !field.DefaultsToNull;

    /// <summary>The name of the field behind a lazy property.</summary>
    public static string Backing(FieldSchema field) => $"_{char.ToLowerInvariant(field.Name[0])}{field.Name.Substring(1)}";

    /// <summary>The default as an expression, or null if it is the default of the C# type or of the property.</summary>
    public static string? Expression(FieldSchema field)
    {
        if (field.DefaultsToNull || IsLazy(field) || IsLazyList(field))
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

    /// <summary>A condition that is true if the field does not have its default value.</summary>
    public static string Differs(FieldSchema field)
    {
        var name = field.Name;
        if (field.DefaultsToNull)
            return $"{name} is not null";
        if (IsLazy(field))
            return $"{Backing(field)} is {{ IsDefault: false }}";
        var orNull = field.IsNullable ? $"{name} is null || " : "";
        if (field.Type.IsArray)
            return $"{orNull}{name}.Count != 0";
        if (field.Type.IsStruct)
            return $"{name} is not {{ IsDefault: true }}";
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
