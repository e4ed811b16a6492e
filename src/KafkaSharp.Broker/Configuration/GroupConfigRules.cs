using System.Globalization;
using KafkaSharp.Configuration;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Configuration;

/// <summary>
/// What a group's own configurations may be: good values of known keys, within the bounds the broker's configuration sets (Kafka's
/// <c>GroupConfig</c>).
/// </summary>
internal static class GroupConfigRules
{
    private static readonly string[] s_kinds = ["consumer", "share", "streams"];

    public static ApiError? Validate(ConfigValues broker, IReadOnlyDictionary<string, string> configs)
    {
        foreach (var (name, text) in configs)
        {
            if (ResourceConfigs.Groups.Find(name) is not { } key)
                return new ApiError(ErrorCode.InvalidConfig, $"Unknown group config name: {name}");
            if (key.ParseObject(text) is int value && OutOfBounds(broker, name, value) is { } fault)
                return new ApiError(ErrorCode.InvalidConfig, fault);
        }
        foreach (var kind in s_kinds)
        {
            var (session, heartbeat) = ($"{kind}.session.timeout.ms", $"{kind}.heartbeat.interval.ms");
            if (Value(broker, configs, session) <= Value(broker, configs, heartbeat))
                return new ApiError(ErrorCode.InvalidConfig, $"{session} must be greater than {heartbeat}");
        }
        return null;
    }

    private static string? OutOfBounds(ConfigValues broker, string name, int value)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var (kind, rest) = (name[..dot], name[(dot + 1)..]);
        if (rest == "num.standby.replicas")
            rest = "standby.replicas";
        var (min, max) = ($"group.{kind}.min.{rest}", $"group.{kind}.max.{rest}");
        if (Number(broker, min) is { } low && value < low)
            return $"{name} must be greater than or equal to {min}";
        return Number(broker, max) is { } high && value > high ? $"{name} must be less than or equal to {max}" : null;
    }

    private static int Value(ConfigValues broker, IReadOnlyDictionary<string, string> configs, string name) =>
        configs.TryGetValue(name, out var own)
            ? int.Parse(own, CultureInfo.InvariantCulture)
            : Number(broker, ResourceConfigs.GroupSynonym(name))
                ?? int.Parse(ResourceConfigs.Groups.Find(name)!.DefaultText!, CultureInfo.InvariantCulture);

    private static int? Number(ConfigValues broker, string name)
    {
        var text = broker.Given.GetValueOrDefault(name) ?? BrokerSchema.Find(name)?.DefaultText;
        return int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
