using System.Globalization;
using System.Numerics;

namespace KafkaSharp.Configuration;

/// <summary>
/// Creates keys from a table of the keys of Kafka, where the allowed values are written in short: <c>*</c> any value; <c>+</c> any but the
/// empty one; <c>1..</c> and <c>1..9</c> ranges of numbers; <c>-1|1..9</c> a number or a range; <c>a,b</c> one of these words, for a list
/// only these (with <c>?</c> it may be empty); <c>~a,b</c> one of these words in any case; <c>servers</c> a list of host:port.
/// </summary>
public static class KnownKeys
{
    // The classes that every installation of Kafka has. Any other would have to be loaded, which needs Java.
    private static readonly string[] s_packages = ["java.", "org.apache.kafka."];

    /// <param name="name">The name of the key.</param>
    /// <param name="type">The type of its values.</param>
    /// <param name="defaultText">The default as properties text; null for none.</param>
    /// <param name="update">Whether it can be changed while the broker runs.</param>
    /// <param name="allowed">The allowed values, in the form described above.</param>
    /// <param name="isInternal">See <see cref="ConfigKey.IsInternal"/>.</param>
    public static ConfigKey Create(
        string name, ConfigType type, string? defaultText, ConfigUpdateMode update, string allowed, bool isInternal)
    {
        return type switch
        {
            ConfigType.Int => Key<int?>(text => ConfigKeys.ParseInteger<int>("INT")(text), Number<int>(allowed)),
            ConfigType.Short => Key<short?>(text => ConfigKeys.ParseInteger<short>("SHORT")(text), Number<short>(allowed)),
            ConfigType.Long => Key<long?>(text => ConfigKeys.ParseInteger<long>("LONG")(text), Number<long>(allowed)),
            ConfigType.Double => Key<double?>(text => ConfigKeys.ParseDouble(text), Number<double>(allowed)),
            ConfigType.Boolean => Key<bool?>(text => ConfigKeys.ParseBoolean(text), null),
            ConfigType.List when allowed == "servers" => Key(ConfigKeys.ParseList, EnsureServers),
            ConfigType.List => Key(ConfigKeys.ParseDistinctList, ListItems(allowed)),
            ConfigType.Class => Key(ParseClass, null),
            _ => Key(text => text, Words(allowed)),
        };

        ConfigKey<T> Key<T>(Func<string, T> parse, Action<string, T>? ensureValid) =>
            new(name, type, defaultText, update, "", parse, ensureValid) { IsInternal = isInternal };
    }

    /// <summary>Whether a class is one that every installation of Kafka has.</summary>
    public static bool IsKnownClass(string name) =>
        s_packages.Any(package => name.StartsWith(package, StringComparison.Ordinal));

    private static Action<string, T?>? Number<T>(string allowed)
        where T : struct, INumber<T>, IMinMaxValue<T>
    {
        if (allowed == "*")
            return null;
        var bar = allowed.IndexOf('|', StringComparison.Ordinal);
        var range = allowed[(bar + 1)..].Split("..");
        var (min, max) = (Parse(range[0], T.MinValue), Parse(range[1], T.MaxValue));
        var between = ConfigValidators.Between(min, max);
        if (bar < 0)
            return (name, value) => between(name, value!.Value);
        var single = Parse(allowed[..bar], T.Zero);
        return (name, value) =>
        {
            if (value != single && (value < min || value > max))
                throw new ConfigException(name, $"{value}", $"Value must be between {min} and {max} or equal to {single}");
        };

        static T Parse(string text, T none) => text.Length == 0 ? none : T.Parse(text, CultureInfo.InvariantCulture);
    }

    private static Action<string, string>? Words(string allowed) => allowed switch
    {
        "*" => null,
        "+" => ConfigValidators.NotEmpty,
        ['~', .. var words] => ConfigValidators.OneOfInAnyCase(words.Split(',')),
        _ => ConfigValidators.OneOf(allowed.Split(',')),
    };

    private static Action<string, IReadOnlyList<string>>? ListItems(string allowed) => allowed switch
    {
        "*" => ConfigValidators.ValidList([], allowEmpty: true),
        "+" => ConfigValidators.ValidList([], allowEmpty: false),
        _ => ConfigValidators.ValidList(
            [.. allowed.Split(',').Where(word => word != "?")], allowEmpty: allowed.EndsWith(",?", StringComparison.Ordinal)),
    };

    private static void EnsureServers(string name, IReadOnlyList<string> servers)
    {
        foreach (var server in servers)
        {
            if (HostAndPort.TryParse(server) is null)
            {
                throw new ConfigException(
                    $"Failed to parse host name from {server} for the configuration {name}. "
                    + "Each entry should be in the form \"{host}:{port}\"");
            }
        }
    }

    private static string ParseClass(string text) =>
        IsKnownClass(text)
            ? text
            : throw new FormatException($"Class {text} could not be found.");
}
