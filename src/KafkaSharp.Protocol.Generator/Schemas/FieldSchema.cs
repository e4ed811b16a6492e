namespace KafkaSharp.Protocol.Generator.Schemas;

/// <summary>
/// A field line of a schema. <see cref="Versions"/> and <see cref="NullableVersions"/> are limited to those of the enclosing struct.
/// <see cref="Tag"/> is -1 for an untagged field. <see cref="Default"/> is null if it is the zero or empty value of the type. An
/// <see cref="Ignorable"/> value is omitted when a version without the field is written. A <see cref="NeverFlexible"/> field has the old
/// form also in flexible versions (the client id of a request header).
/// </summary>
internal sealed record FieldSchema(
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
