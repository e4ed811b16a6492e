using System.Globalization;
using System.Numerics;

namespace KafkaSharp.Configuration;

/// <summary>
/// Checks of parsed values. They throw <see cref="ConfigException"/> with Kafka's messages (<c>ConfigDef.Range</c>, <c>ValidString</c>,
/// <c>ValidList</c>).
/// </summary>
internal static class ConfigValidators
{
    public static Action<string, T> Between<T>(T min, T max)
        where T : INumber<T> =>
        (name, value) =>
        {
            if (value < min)
                throw Refused(name, value, $"Value must be at least {min}");
            if (value > max)
                throw Refused(name, value, $"Value must be no more than {max}");
        };

    public static Action<string, string> OneOf(IReadOnlyList<string> allowed) =>
        (name, value) =>
        {
            if (!allowed.Contains(value, StringComparer.Ordinal))
                throw new ConfigException(name, value, $"String must be one of: {string.Join(", ", allowed)}");
        };

    public static Action<string, string> OneOfInAnyCase(IReadOnlyList<string> allowed) =>
        (name, value) =>
        {
            if (!allowed.Contains(value, StringComparer.OrdinalIgnoreCase))
                throw new ConfigException(name, value, $"String must be one of (case insensitive): {string.Join(", ", allowed)}");
        };

    public static void NotEmpty(string name, string value)
    {
        if (value.Length == 0)
            throw new ConfigException(name, value, "String must be non-empty");
    }

    /// <summary>The check of a list whose repeated items have been removed.</summary>
    public static Action<string, IReadOnlyList<string>> ValidList(IReadOnlyList<string> allowed, bool allowEmpty)
    {
        var oneOf = OneOf(allowed);
        return (name, list) =>
        {
            if (list.Count == 0 && !allowEmpty)
            {
                var valid = allowed.Count == 0 ? "any non-empty value" : $"[{string.Join(", ", allowed)}]";
                throw new ConfigException($"Configuration '{name}' must not be empty. Valid values include: {valid}");
            }
            foreach (var item in list)
            {
                if (item.Length == 0)
                    throw new ConfigException($"Configuration '{name}' values must not be empty.");
                if (allowed.Count > 0)
                    oneOf(name, item);
            }
        };
    }

    private static ConfigException Refused<T>(string name, T value, FormattableString reason)
        where T : INumber<T> => new(name, Text(value), reason.ToString(CultureInfo.InvariantCulture));

    private static string? Text<T>(T value)
        where T : INumber<T> => value is double d ? JavaNumber.Format(d) : value.ToString(null, CultureInfo.InvariantCulture);
}
