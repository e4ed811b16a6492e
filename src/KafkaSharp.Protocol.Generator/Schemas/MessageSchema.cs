namespace KafkaSharp.Protocol.Generator.Schemas;

/// <summary>
/// A message. The first of its structs is the message itself. <see cref="Key"/> is the API key of a request or response, the type of a
/// record, and -1 for other messages. <see cref="Log"/> is the log of a record (metadata, group, …), because record types are numbered per
/// log; it is empty for other messages.
/// </summary>
internal sealed record MessageSchema(
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
