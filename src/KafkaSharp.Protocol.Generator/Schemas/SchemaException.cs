namespace KafkaSharp.Protocol.Generator.Schemas;

/// <summary>A schema file that can't be read; ends up as a diagnostic at its line.</summary>
sealed class SchemaException(string message) : Exception(message);
