using System.Reflection;
using KafkaSharp.Protocol.Generator.Schemas;

namespace CompareRequests.Schemas;

/// <summary>The schemas of all APIs, by name.</summary>
internal static class ApiCatalog
{
    private static readonly Dictionary<string, SchemaFile> s_files = Load();

    public static ApiSchema Api(string name) => s_files[name].Api!;

    public static MessageSchema Request(string name) => s_files[name].Messages.First(message => message.Kind == MessageKind.Request);

    public static MessageSchema Response(string name) => s_files[name].Messages.First(message => message.Kind == MessageKind.Response);

    public static string? NameOf(int key) => s_files.Values.FirstOrDefault(file => file.Api!.Key == key)?.Api!.Name;

    public static bool Has(this VersionRange range, int version) => version >= range.Lowest && version <= range.Highest;

    private static Dictionary<string, SchemaFile> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames().Select(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return SchemaParser.Parse(name, reader.ReadToEnd());
        }).ToDictionary(file => file.Api!.Name, StringComparer.Ordinal);
    }
}
