namespace KafkaSharp.Protocol.Generator.Schemas;

/// <summary>What is wrong in a schema file, and in which line (from 0).</summary>
sealed record SchemaFault(string Path, int Line, string Message);
