namespace KafkaSharp.Protocol.Generator.Schemas;

/// <summary>What one schema file declares: an API with its two messages, or other messages.</summary>
sealed record SchemaFile(ApiSchema? Api, EquatableArray<MessageSchema> Messages, SchemaFault? Fault);
