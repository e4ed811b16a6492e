using System.Text.RegularExpressions;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Configuration;

/// <summary>The validation of client metrics subscriptions (KIP-714, Kafka's <c>ClientMetricsConfigs</c>).</summary>
internal static class ClientMetricsRules
{
    private const int MinIntervalMs = 100;
    private const int MaxIntervalMs = 3_600_000;

    private static readonly string[] s_selectors =
    [
        "client_instance_id", "client_id", "client_software_name", "client_software_version", "client_source_address", "client_source_port",
    ];

    public static ApiError? Validate(IReadOnlyDictionary<string, string> configs)
    {
        foreach (var (name, text) in configs)
        {
            if (ResourceConfigs.ClientMetrics.Find(name) is not { } key)
                return new ApiError(ErrorCode.InvalidRequest, $"Unknown client metrics configuration: {name}");
            var value = key.ParseObject(text);
            if (value is int interval and (< MinIntervalMs or > MaxIntervalMs))
            {
                return new ApiError(
                    ErrorCode.InvalidRequest,
                    $"Invalid value {interval} for interval.ms, interval must be between {MinIntervalMs} and {MaxIntervalMs} (1 hour)");
            }
            if (name == "match" && ((IReadOnlyList<string>)value!).FirstOrDefault(pattern => !IsPattern(pattern)) is { } bad)
                return new ApiError(ErrorCode.InvalidConfig, $"Illegal client matching pattern: {bad}");
        }
        return null;
    }

    private static bool IsPattern(string pattern)
    {
        if (pattern.Split('=') is not [var selector, var expression] || !s_selectors.Contains(selector.Trim()))
            return false;
        try
        {
            _ = new Regex(expression.Trim(), RegexOptions.NonBacktracking);
            return true;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
