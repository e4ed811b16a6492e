namespace KafkaSharp.Protocol.Generator.Schemas;

/// <summary>The content of a schema file: an API with its two messages, or other messages, or an error.</summary>
internal sealed record SchemaFile(ApiSchema? Api, EquatableArray<MessageSchema> Messages, SchemaFault? Fault);
