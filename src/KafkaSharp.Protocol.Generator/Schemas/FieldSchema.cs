namespace KafkaSharp.Protocol.Generator.Schemas;

/// <summary>
/// One line of a schema. <see cref="Versions"/> and <see cref="NullableVersions"/> are already cut to those of the struct around it; a plain
/// field has <see cref="Tag"/> -1; <see cref="Default"/> is null where it is the type's zero or empty value; an <see cref="Ignorable"/> value
/// may be dropped on writing a version without the field; <see cref="NeverFlexible"/> keeps the old form in flexible versions (the client id
/// of a request header).
/// </summary>
sealed record FieldSchema(
    string Name,
    FieldType Type,
    VersionRange Versions,
    VersionRange NullableVersions,
    int Tag,
    string? Default,
    bool Ignorable,
    bool NeverFlexible)
{
    public bool IsTagged => Tag >= 0;

    public bool IsNullable => !NullableVersions.IsEmpty || Type is { Element: "records", IsArray: false };

    public bool DefaultsToNull => Default == "null" || Type is { Element: "records", IsArray: false };

    public bool IsErrorCode => Type is { Element: "int16", IsArray: false } && Name.EndsWith("ErrorCode", StringComparison.Ordinal);
}
