namespace KafkaSharp.Protocol.Generator.Schemas;

/// <summary>A schema file is invalid. The generator reports it as a diagnostic at the line.</summary>
internal sealed class SchemaException(string message, int? line = null) : Exception(message)
{
    /// <summary>The line of the error; null if it is the current line of the parser.</summary>
    public int? Line => line;
}
