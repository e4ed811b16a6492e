using KafkaSharp.Protocol.Generator.Schemas;

namespace KafkaSharp.Protocol.Generator.Emit;

/// <summary>Emits the rows of <c>ApiVersionRanges</c>, ordered by API key.</summary>
internal static class ApiTableEmitter
{
    public static string Emit(EquatableArray<ApiSchema> apis)
    {
        var code = new CodeWriter();
        code.Line(MessageEmitter.FileHead);
        code.Line("#nullable enable");
        code.Line("#pragma warning disable");
        code.Line("namespace KafkaSharp.Protocol;");
        using (code.Open("public static partial class ApiVersionRanges"))
        {
            code.Line("private static ApiVersionRange[] Create() =>");
            code.Line("[");
            foreach (var api in apis.OrderBy(a => a.Key))
                code.Line($"    new(ApiKey.{api.Name}, {Range(api.Versions)}, {First(api.FlexibleVersions)}, {Listeners(api)}) "
                    + $"{{ LatestVersionUnstable = {Text(api.LatestVersionUnstable)}, ClusterAction = {Text(api.ClusterAction)}, "
                    + $"Forwardable = {Text(api.Forwardable)} }},");
            code.Line("];");
        }
        return code.ToString();
    }

    private static string Range(VersionRange range) => $"{range.Lowest}, {range.Highest}";

    private static string First(VersionRange range) => range.IsEmpty ? "short.MaxValue" : $"{range.Lowest}";

    private static string Text(bool value) => value ? "true" : "false";

    private static string Listeners(ApiSchema api) => api.Listeners.Count == 0
        ? "ApiListeners.None"
        : string.Join(" | ", api.Listeners.Select(l => "ApiListeners." + char.ToUpperInvariant(l[0]) + l.Substring(1)));
}
