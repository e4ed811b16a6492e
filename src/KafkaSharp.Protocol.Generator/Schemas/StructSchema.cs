namespace KafkaSharp.Protocol.Generator.Schemas;

/// <summary>A message or a struct: its versions, and its fields in wire order.</summary>
internal sealed record StructSchema(string Name, VersionRange Versions, EquatableArray<FieldSchema> Fields);
