namespace KafkaSharp.Protocol.Generator.Schemas;

/// <summary>The fields of a message or of a struct in it, in their order on the wire, and the versions in which it occurs.</summary>
sealed record StructSchema(string Name, VersionRange Versions, EquatableArray<FieldSchema> Fields);
