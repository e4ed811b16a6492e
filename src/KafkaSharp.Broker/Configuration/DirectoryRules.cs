namespace KafkaSharp.Broker.Configuration;

/// <summary>The rules of <c>cordoned.log.dirs</c>, which must name directories of the broker, or all by <c>*</c>.</summary>
internal static class DirectoryRules
{
    private const string Cordoned = "cordoned.log.dirs";

    public static IEnumerable<ConfigRule> All { get; } = [new([Cordoned], Fault) { IsRequirement = true }];

    private static string? Fault(BrokerKeyValues values)
    {
        var cordoned = values.List(Cordoned);
        if (cordoned.Contains("*"))
            return cordoned.Count == 1 ? null : $"When {Cordoned} is set to *, it must not contain other values";
        var missing = cordoned.Except(values.List(values.IsSet("log.dirs") ? "log.dirs" : "log.dir")).ToArray();
        return missing.Length == 0 ? null
            : $"All entries in {Cordoned} must be present in log.dirs or log.dir. Missing entries : {string.Join(", ", missing)}";
    }
}
