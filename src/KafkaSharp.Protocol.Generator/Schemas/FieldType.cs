namespace KafkaSharp.Protocol.Generator.Schemas;

/// <summary>The type of a field: a primitive of the protocol or a struct, or an array of one.</summary>
internal readonly record struct FieldType(string Element, bool IsArray)
{
    public bool IsStruct => Primitive(Element) is null;

    /// <summary>The C# type of one element; null for a struct.</summary>
    public static string? Primitive(string element) => element switch
    {
        "string" => "string",
        "bool" => "bool",
        "int8" => "sbyte",
        "int16" => "short",
        "uint16" => "ushort",
        "int32" => "int",
        "uint32" => "uint",
        "int64" => "long",
        "float64" => "double",
        "uuid" => "Uuid",
        "bytes" => "byte[]",
        "records" => "ReadOnlyMemory<byte>",
        _ => null,
    };

    /// <summary>The suffix of the methods of reader and writer for this primitive.</summary>
    public string MethodName => Element switch
    {
        "string" => "String",
        "bool" => "Boolean",
        "int8" => "Int8",
        "int16" => "Int16",
        "uint16" => "UInt16",
        "int32" => "Int32",
        "uint32" => "UInt32",
        "int64" => "Int64",
        "float64" => "Float64",
        "uuid" => "Uuid",
        "bytes" => "Bytes",
        _ => "Records",
    };

    /// <summary>The size of one element on the wire, in bytes; 0 if it depends on the value.</summary>
    public int FixedSize => Element switch
    {
        "bool" or "int8" => 1,
        "int16" or "uint16" => 2,
        "int32" or "uint32" => 4,
        "int64" or "float64" => 8,
        "uuid" => 16,
        _ => 0,
    };
}
