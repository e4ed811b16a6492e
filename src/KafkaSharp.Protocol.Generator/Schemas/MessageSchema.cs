namespace KafkaSharp.Protocol.Generator.Schemas;

/// <summary>
/// A message; the first of its structs is the message itself. <see cref="Key"/> is the API key of a request or response, the type of a
/// record, -1 for others; <see cref="Log"/> is the log a record belongs to (metadata, group, …) and empty for others: record types are
/// numbered per log.
/// </summary>
sealed record MessageSchema(
    MessageKind Kind,
    string Name,
    int Key,
    string Log,
    VersionRange Versions,
    VersionRange FlexibleVersions,
    EquatableArray<StructSchema> Structs)
{
    public StructSchema Root => Structs[0];
}
