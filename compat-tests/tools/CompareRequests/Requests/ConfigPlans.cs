using System.Text.Json;

namespace CompareRequests.Requests;

/// <summary>The configs of every kind of resource as they are described, and changes of every config of a broker.</summary>
internal static class ConfigPlans
{
    private static readonly ApiPlan s_describe = new("DescribeConfigs",
    [
        .. from resource in (IEnumerable<(int Type, string Name)>)[(2, "@topic"), (4, "1"), (4, ""), (4, "2"), (8, "1"), (8, ""), (8, "x"),
               (16, "@fresh"), (16, ""), (32, "@fresh"), (32, "")]
           from synonyms in (bool[])[false, true]
           select ($"{resource.Type} '{resource.Name}' {(synonyms ? "with synonyms" : "")}",
               "{\"Resources\":[{\"ResourceType\":" + resource.Type + ",\"ResourceName\":\"" + resource.Name
               + "\",\"ConfigurationKeys\":null}],\"IncludeSynonyms\":" + (synonyms ? "true" : "false") + "}"),
    ]) { IsMutated = false, IsLatestOnly = true };

    private static readonly ApiPlan s_alterBroker = new("IncrementalAlterConfigs",
    [
        .. from line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "broker-configs"))
           where line.Length > 0 && line[0] != '#'
           let at = line.IndexOf('=', StringComparison.Ordinal)
           from broker in (string[])["1", ""]
           select ($"broker '{broker}', {line}", Alteration(broker, line[..at], line[(at + 1)..])),
    ]) { IsMutated = false, IsLatestOnly = true };

    public static readonly ApiPlan[] List = [s_describe, s_describe with { OnController = true }, s_alterBroker];

    private static string Alteration(string broker, string key, string value) =>
        "{\"Resources\":[{\"ResourceType\":4,\"ResourceName\":\"" + broker + "\",\"Configs\":[{\"Name\":"
        + JsonSerializer.Serialize(key) + ",\"ConfigOperation\":0,\"Value\":" + JsonSerializer.Serialize(value)
        + "}]}],\"ValidateOnly\":true}";
}
