using System.Globalization;
using System.Numerics;

namespace KafkaSharp.Configuration;

/// <summary>
/// Creates keys of each type. Validation and error messages are those of Kafka's <c>ConfigDef</c>; see <see cref="ConfigValidators"/>.
/// </summary>
public static class ConfigKeys
{
    // What Java's \s matches: Kafka removes it around the items of a list.
    private static readonly char[] s_space = [' ', '\t', '\n', '\v', '\f', '\r'];

    public static ConfigKey<int> Int(
        string name, int defaultValue, string documentation, int min = int.MinValue, int max = int.MaxValue,
        ConfigUpdateMode update = ConfigUpdateMode.ReadOnly, bool isInternal = false) =>
        Number(name, ConfigType.Int, defaultValue, documentation, min, max, update, ParseInteger<int>("INT"), isInternal);

    /// <summary>An int with a custom check, which throws <see cref="ConfigException"/> for an invalid value.</summary>
    public static ConfigKey<int> Int(
        string name, int defaultValue, string documentation, Action<string, int> ensureValid, string allowedText,
        ConfigUpdateMode update = ConfigUpdateMode.ReadOnly) =>
        new(name, ConfigType.Int, defaultValue.ToString(CultureInfo.InvariantCulture), update, documentation,
            ParseInteger<int>("INT"), ensureValid)
        {
            AllowedText = allowedText,
        };

    public static ConfigKey<short> Short(
        string name, short defaultValue, string documentation, short min = short.MinValue, short max = short.MaxValue,
        ConfigUpdateMode update = ConfigUpdateMode.ReadOnly) =>
        Number(name, ConfigType.Short, defaultValue, documentation, min, max, update, ParseInteger<short>("SHORT"));

    public static ConfigKey<long> Long(
        string name, long defaultValue, string documentation, long min = long.MinValue, long max = long.MaxValue,
        ConfigUpdateMode update = ConfigUpdateMode.ReadOnly) =>
        Number(name, ConfigType.Long, defaultValue, documentation, min, max, update, ParseInteger<long>("LONG"));

    public static ConfigKey<double> Double(
        string name, double defaultValue, string documentation, double min = double.NegativeInfinity,
        double max = double.PositiveInfinity, ConfigUpdateMode update = ConfigUpdateMode.ReadOnly) =>
        Number(name, ConfigType.Double, defaultValue, documentation, min, max, update, ParseDouble);

    /// <summary>A long without a default. It is null if it is not set; another key then applies.</summary>
    public static ConfigKey<long?> OptionalLong(
        string name, string documentation, long min = long.MinValue, ConfigUpdateMode update = ConfigUpdateMode.ReadOnly) =>
        Optional(name, ConfigType.Long, documentation, min, long.MaxValue, update, ParseInteger<long>("LONG"));

    /// <summary>An int without a default. It is null if it is not set; another key then applies.</summary>
    public static ConfigKey<int?> OptionalInt(
        string name, string documentation, int min = int.MinValue, ConfigUpdateMode update = ConfigUpdateMode.ReadOnly) =>
        Optional(name, ConfigType.Int, documentation, min, int.MaxValue, update, ParseInteger<int>("INT"));

    public static ConfigKey<bool> Boolean(
        string name, bool defaultValue, string documentation, ConfigUpdateMode update = ConfigUpdateMode.ReadOnly,
        bool isInternal = false) =>
        new(name, ConfigType.Boolean, defaultValue ? "true" : "false", update, documentation, ParseBoolean, null)
        {
            IsInternal = isInternal,
        };

    /// <summary>A string. If <paramref name="allowed"/> is given, it must be one of those values.</summary>
    public static ConfigKey<string> String(
        string name, string? defaultValue, string documentation, IReadOnlyList<string>? allowed = null,
        ConfigUpdateMode update = ConfigUpdateMode.ReadOnly) =>
        new(name, ConfigType.String, defaultValue, update, documentation, text => text,
            allowed is null ? null : ConfigValidators.OneOf(allowed))
        {
            AllowedText = allowed is null ? null : $"[{string.Join(", ", allowed)}]",
        };

    /// <summary>A string that must be one of some values, in upper or lower case.</summary>
    public static ConfigKey<string> StringInAnyCase(
        string name, string defaultValue, string documentation, IReadOnlyList<string> allowed) =>
        new(name, ConfigType.String, defaultValue, ConfigUpdateMode.ReadOnly, documentation, text => text,
            ConfigValidators.OneOfInAnyCase(allowed))
        {
            AllowedText = $"(case insensitive) [{string.Join(", ", allowed)}]",
        };

    /// <summary>A string with a custom check, which throws <see cref="ConfigException"/> for an invalid value.</summary>
    public static ConfigKey<string> String(
        string name, string? defaultValue, string documentation, Action<string, string> ensureValid, string allowedText) =>
        new(name, ConfigType.String, defaultValue, ConfigUpdateMode.ReadOnly, documentation, text => text, ensureValid)
        {
            AllowedText = allowedText,
        };

    /// <summary>
    /// A comma-separated list without blank items; an item that is repeated counts once. Empty text is the empty list, which is valid if
    /// <paramref name="allowEmpty"/> is true. If <paramref name="allowed"/> is given, each item must be one of those values.
    /// </summary>
    public static ConfigKey<IReadOnlyList<string>> List(
        string name, string? defaultValue, string documentation, IReadOnlyList<string>? allowed = null,
        ConfigUpdateMode update = ConfigUpdateMode.ReadOnly, bool allowEmpty = true) =>
        new(name, ConfigType.List, defaultValue, update, documentation, ParseDistinctList,
            ConfigValidators.ValidList(allowed ?? [], allowEmpty))
        {
            AllowedText = allowed is null ? null : $"[{string.Join(", ", allowed)}]",
        };

    /// <summary>
    /// A comma-separated list with a custom check, which throws <see cref="ConfigException"/> for an invalid value. Null: no check. Items
    /// may be repeated.
    /// </summary>
    public static ConfigKey<IReadOnlyList<string>> List(
        string name, string? defaultValue, string documentation, Action<string, IReadOnlyList<string>>? ensureValid, string? allowedText,
        ConfigUpdateMode update = ConfigUpdateMode.ReadOnly) =>
        new(name, ConfigType.List, defaultValue, update, documentation, ParseList, ensureValid) { AllowedText = allowedText };

    private static ConfigKey<T> Number<T>(
        string name, ConfigType type, T defaultValue, string documentation, T min, T max, ConfigUpdateMode update, Func<string, T> parse,
        bool isInternal = false)
        where T : struct, INumber<T>, IMinMaxValue<T>
    {
        var bounded = min > T.MinValue && !T.IsInfinity(min);
        var capped = max < T.MaxValue && !T.IsInfinity(max);
        var defaultText = defaultValue is double d ? JavaNumber.Format(d) : defaultValue.ToString(null, CultureInfo.InvariantCulture);
        return new ConfigKey<T>(name, type, defaultText, update, documentation, parse, ConfigValidators.Between(min, max))
        {
            IsInternal = isInternal,
            AllowedText = (bounded, capped) switch
            {
                (true, true) => $"[{min},...,{max}]",
                (true, false) => $"[{min},...]",
                (false, true) => $"[...,{max}]",
                _ => null,
            },
        };
    }

    private static ConfigKey<T?> Optional<T>(
        string name, ConfigType type, string documentation, T min, T max, ConfigUpdateMode update, Func<string, T> parse)
        where T : struct, INumber<T>, IMinMaxValue<T>
    {
        var between = ConfigValidators.Between(min, max);
        return new ConfigKey<T?>(name, type, null, update, documentation, text => parse(text), (key, value) => between(key, value!.Value))
        {
            AllowedText = min > T.MinValue ? $"[{min},...]" : null,
        };
    }

    internal static Func<string, T> ParseInteger<T>(string type)
        where T : INumber<T> =>
        text => T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new FormatException($"Not a number of type {type}");

    internal static double ParseDouble(string text) =>
        JavaNumber.TryParseDouble(text, out var value) ? value : throw new FormatException("Not a number of type DOUBLE");

    internal static bool ParseBoolean(string text) =>
        text.Equals("true", StringComparison.OrdinalIgnoreCase) ? true
        : text.Equals("false", StringComparison.OrdinalIgnoreCase) ? false
        : throw new FormatException("Expected value to be either true or false");

    internal static IReadOnlyList<string> ParseList(string text) =>
        text.Length == 0 ? [] : Array.ConvertAll(text.Split(','), item => item.Trim(s_space));

    internal static IReadOnlyList<string> ParseDistinctList(string text) => [.. ParseList(text).Distinct(StringComparer.Ordinal)];
}
