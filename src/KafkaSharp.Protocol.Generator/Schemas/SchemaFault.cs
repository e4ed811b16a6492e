namespace KafkaSharp.Protocol.Generator.Schemas;

/// <summary>An error in a schema file, with its line, counted from 0.</summary>
internal sealed record SchemaFault(string Path, int Line, string Message);
