using KafkaSharp.Protocol.Generator.Schemas;
using KafkaSharp.TestInfrastructure;

namespace KafkaSharp.Protocol.Tests.Messages;

/// <summary>The schemas of the Protocol project by message name.</summary>
internal static class MessageSchemas
{
    public static IReadOnlyDictionary<string, MessageSchema> All { get; } = Load();

    private static Dictionary<string, MessageSchema> Load()
    {
        var folder = Path.Combine(Vectors.RepositoryRoot, "src", "KafkaSharp.Protocol", "Schemas");
        var files = Directory.EnumerateFiles(folder, "*.schema", SearchOption.AllDirectories)
            .Select(path => SchemaParser.Parse(path, File.ReadAllText(path)))
            .ToList();
        if (files.Find(f => f.Fault is not null) is { Fault: { } fault })
            throw new InvalidDataException($"{fault.Path}:{fault.Line + 1}: {fault.Message}");
        return files.SelectMany(f => f.Messages).ToDictionary(m => m.Name);
    }
}
