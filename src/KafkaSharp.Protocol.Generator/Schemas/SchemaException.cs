namespace KafkaSharp.Protocol.Generator.Schemas;

/// <summary>A schema file that can't be read; ends up as a diagnostic at its line.</summary>
sealed class SchemaException(string message, int? line = null) : Exception(message)
{
    /// <summary>The line, where it is not the one that the parser is at.</summary>
    public int? Line => line;
}
