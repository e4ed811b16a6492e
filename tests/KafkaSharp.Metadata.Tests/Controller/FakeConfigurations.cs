using KafkaSharp.Metadata.Client;
using KafkaSharp.Metadata.Controller.Configs;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;

namespace KafkaSharp.Metadata.Tests.Controller;

/// <summary>Knows a few keys, as the broker above knows all.</summary>
internal sealed class FakeConfigurations : IConfigurationValidator
{
    private static readonly Dictionary<string, string> s_defaults = new()
    {
        ["cleanup.policy"] = "delete", ["retention.ms"] = "604800000", ["segment.ms"] = "604800000", ["min.insync.replicas"] = "1",
        ["unclean.leader.election.enable"] = "false", ["log.cleaner.threads"] = "1",
    };

    public ApiError? Validate(
        ConfigResource resource, IReadOnlyDictionary<string, string> configs, IReadOnlyDictionary<string, string> existing)
    {
        foreach (var (name, value) in configs)
        {
            if (!s_defaults.ContainsKey(name))
                return new ApiError(ErrorCode.InvalidConfig, $"Unknown topic config name: {name}");
            if (name.EndsWith(".ms", StringComparison.Ordinal) && !long.TryParse(value, out _))
                return new ApiError(ErrorCode.InvalidConfig, $"Invalid value {value} for configuration {name}: Not a number of type LONG");
        }
        return null;
    }

    public bool IsList(ConfigResourceType type, string name) => name == "cleanup.policy";

    public string? DefaultValue(ConfigResourceType type, string name) => s_defaults.GetValueOrDefault(name);

    public IReadOnlyList<EffectiveConfig> EffectiveTopicConfigs(
        IReadOnlyDictionary<string, string> topicConfigs, IReadOnlyDictionary<string, string> clusterConfigs,
        IReadOnlyDictionary<string, string> nodeConfigs) =>
        [.. s_defaults.OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => topicConfigs.TryGetValue(d.Key, out var value)
            ? new EffectiveConfig(d.Key, value, 1)
            : new EffectiveConfig(d.Key, d.Value, 5))];
}
