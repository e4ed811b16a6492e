using System.Text.RegularExpressions;
using KafkaSharp.Configuration;

namespace KafkaSharp.Broker.Configuration;

/// <summary>The values of <c>share.auto.offset.reset</c> (Kafka's <c>ShareGroupAutoOffsetResetStrategy</c>).</summary>
internal static partial class ShareOffsetReset
{
    private const string ByDuration = "by_duration:";

    /// <exception cref="ConfigException">The value is none of them. The message is Kafka's.</exception>
    public static void EnsureValid(string name, string value)
    {
        if (value is "latest" or "earliest"
            || (value.StartsWith(ByDuration, StringComparison.Ordinal) && IsDuration(value[ByDuration.Length..])))
            return;
        throw new ConfigException(
            name, value,
            $"Invalid value `{value}` for configuration {name}. The value must be either 'earliest', 'latest' or of the format "
            + "'by_duration:<PnDTnHnMn.nS>'.");
    }

    // As Java's Duration.parse, without a negative result.
    private static bool IsDuration(string text) => Form().Match(text) is { Success: true } match
        && match.Groups.Values.Skip(1).Any(group => group.Success)
        && !text.EndsWith("T", StringComparison.OrdinalIgnoreCase)
        && !match.Groups.Values.Skip(1).Any(group => group.Value.StartsWith('-'));

    [GeneratedRegex(
        @"^P(?:([+-]?\d{1,9})D)?(?:T(?:([+-]?\d{1,9})H)?(?:([+-]?\d{1,9})M)?(?:([+-]?\d{1,9}(?:[.,]\d{0,9})?)S)?)?$",
        RegexOptions.ECMAScript | RegexOptions.IgnoreCase)]
    private static partial Regex Form();
}
