using System.Globalization;
using System.Numerics;

namespace KafkaSharp.Configuration;

/// <summary>Makes keys of each type. The messages of what is refused are Kafka's own (<c>ConfigDef</c>).</summary>
public static class ConfigKeys
{
    public static ConfigKey<int> Int(
        string name, int defaultValue, string documentation, int min = int.MinValue, int max = int.MaxValue,
        ConfigUpdateMode update = ConfigUpdateMode.ReadOnly) =>
        Number(name, ConfigType.Int, defaultValue, documentation, min, max, update, "Not a number of type INT");

    public static ConfigKey<short> Short(
        string name, short defaultValue, string documentation, short min = short.MinValue, short max = short.MaxValue,
        ConfigUpdateMode update = ConfigUpdateMode.ReadOnly) =>
        Number(name, ConfigType.Short, defaultValue, documentation, min, max, update, "Not a number of type SHORT");

    public static ConfigKey<long> Long(
        string name, long defaultValue, string documentation, long min = long.MinValue, long max = long.MaxValue,
        ConfigUpdateMode update = ConfigUpdateMode.ReadOnly) =>
        Number(name, ConfigType.Long, defaultValue, documentation, min, max, update, "Not a number of type LONG");

    public static ConfigKey<double> Double(
        string name, double defaultValue, string documentation, double min = double.NegativeInfinity,
        double max = double.PositiveInfinity, ConfigUpdateMode update = ConfigUpdateMode.ReadOnly) =>
        Number(name, ConfigType.Double, defaultValue, documentation, min, max, update, "Not a number of type DOUBLE");

    /// <summary>A long without a default: null unless it is set, and then another key decides.</summary>
    public static ConfigKey<long?> OptionalLong(
        string name, string documentation, long min = long.MinValue, ConfigUpdateMode update = ConfigUpdateMode.ReadOnly)
    {
        var inner = Long(name, 0L < min ? min : 0L, documentation, min, long.MaxValue, update);
        return new ConfigKey<long?>(name, ConfigType.Long, null, update, documentation, text => inner.Parse(text), null)
        {
            AllowedText = inner.AllowedText,
        };
    }

    /// <summary>An int without a default: null unless it is set, and then another key decides.</summary>
    public static ConfigKey<int?> OptionalInt(
        string name, string documentation, int min = int.MinValue, ConfigUpdateMode update = ConfigUpdateMode.ReadOnly)
    {
        var inner = Int(name, Math.Max(0, min), documentation, min, int.MaxValue, update);
        return new ConfigKey<int?>(name, ConfigType.Int, null, update, documentation, text => inner.Parse(text), null)
        {
            AllowedText = inner.AllowedText,
        };
    }

    public static ConfigKey<bool> Boolean(
        string name, bool defaultValue, string documentation, ConfigUpdateMode update = ConfigUpdateMode.ReadOnly) =>
        new(name, ConfigType.Boolean, defaultValue ? "true" : "false", update, documentation, ParseBoolean, null);

    /// <summary>A string; with <paramref name="allowed"/>, one of those words.</summary>
    public static ConfigKey<string> String(
        string name, string? defaultValue, string documentation, IReadOnlyList<string>? allowed = null,
        ConfigUpdateMode update = ConfigUpdateMode.ReadOnly) =>
        new(name, ConfigType.String, defaultValue, update, documentation, text => text, allowed is null ? null : OneOf(allowed))
        {
            AllowedText = allowed is null ? null : $"[{string.Join(", ", allowed)}]",
        };

    /// <summary>A comma-separated list; empty text is the empty list.</summary>
    public static ConfigKey<IReadOnlyList<string>> List(
        string name, string? defaultValue, string documentation, IReadOnlyList<string>? allowed = null,
        ConfigUpdateMode update = ConfigUpdateMode.ReadOnly) =>
        new(name, ConfigType.List, defaultValue, update, documentation, ParseList,
            allowed is null ? null : list => list.Select(OneOf(allowed)).FirstOrDefault(reason => reason is not null))
        {
            AllowedText = allowed is null ? null : $"[{string.Join(", ", allowed)}]",
        };

    private static ConfigKey<T> Number<T>(
        string name, ConfigType type, T defaultValue, string documentation, T min, T max, ConfigUpdateMode update, string notANumber)
        where T : struct, INumber<T>, IMinMaxValue<T>
    {
        var bounded = min > T.MinValue && !T.IsInfinity(min);
        var capped = max < T.MaxValue && !T.IsInfinity(max);
        return new ConfigKey<T>(
            name, type, defaultValue.ToString(null, CultureInfo.InvariantCulture), update, documentation,
            text => T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                ? value
                : throw new FormatException(notANumber),
            value => value < min ? $"Value must be at least {min}" : value > max ? $"Value must be no more than {max}" : null)
        {
            AllowedText = (bounded, capped) switch
            {
                (true, true) => $"[{min},...,{max}]",
                (true, false) => $"[{min},...]",
                (false, true) => $"[...,{max}]",
                _ => null,
            },
        };
    }

    private static Func<string, string?> OneOf(IReadOnlyList<string> allowed) =>
        value => allowed.Contains(value, StringComparer.Ordinal) ? null : $"String must be one of: {string.Join(", ", allowed)}";

    private static bool ParseBoolean(string text) =>
        text.Equals("true", StringComparison.OrdinalIgnoreCase) ? true
        : text.Equals("false", StringComparison.OrdinalIgnoreCase) ? false
        : throw new FormatException("Expected value to be either true or false");

    private static IReadOnlyList<string> ParseList(string text) =>
        text.Length == 0 ? [] : text.Split(',').Select(item => item.Trim()).ToArray();
}
