using System.Globalization;
using KafkaSharp.Configuration;

namespace KafkaSharp.Broker.Configuration;

/// <summary>
/// The values of broker keys by name, acting ones and those that are only known: as given, else the default. Immutable. A value that cannot
/// be parsed reads as not set; it is reported where it is parsed.
/// </summary>
internal sealed class BrokerKeyValues(IReadOnlyDictionary<string, string> given)
{
    public bool IsSet(string name) => given.ContainsKey(name);

    /// <summary>The number of a key; null if it has neither a value nor a default.</summary>
    public double? Number(string name) =>
        Value(name) is { } value ? Convert.ToDouble(value, CultureInfo.InvariantCulture) : null;

    /// <summary>The integer of a key; null if it has neither a value nor a default.</summary>
    public long? Integer(string name) => Value(name) is { } value ? Convert.ToInt64(value, CultureInfo.InvariantCulture) : null;

    /// <summary>The integer of a key for one listener: with its prefix, else without.</summary>
    public long? Integer(string name, string listener) =>
        given.TryGetValue(ListenerKey.NameOf(listener, name), out var text) && Parse(name, text) is { } value
            ? Convert.ToInt64(value, CultureInfo.InvariantCulture)
            : Integer(name);

    /// <summary>Why a value with the prefix of a listener cannot be parsed; null if each can be.</summary>
    public string? FaultOfListener(string listener)
    {
        foreach (var (name, text) in given)
        {
            if (ListenerKey.TryParse(name) is not { } key || !key.Listener.Equals(listener, StringComparison.OrdinalIgnoreCase)
                || BrokerSchema.Find(key.Key) is not { } declared)
                continue;
            try
            {
                declared.ParseObject(text);
            }
            catch (ConfigException e)
            {
                return e.Message;
            }
        }
        return null;
    }

    /// <summary><c>retention.ms</c> of topics that do not set it; -1 for no limit.</summary>
    public long RetentionMs => Math.Max(-1,
        Integer("log.retention.ms") ?? Integer("log.retention.minutes") * 60_000 ?? Integer("log.retention.hours") * 3_600_000 ?? -1);

    /// <summary>The value of a key in its normal form; null if it has neither a value nor a default.</summary>
    public string? Normal(string name) => Value(name) is { } value ? Key(name).Format(value) : null;

    public string? Text(string name) => Value(name) as string;

    public IReadOnlyList<string> List(string name) => Value(name) as IReadOnlyList<string> ?? [];

    private object? Value(string name) => given.TryGetValue(name, out var text) ? Parse(name, text)
        : Key(name).DefaultText is { } defaultText ? Key(name).ParseObject(defaultText)
        : null;

    private static object? Parse(string name, string text)
    {
        try
        {
            return Key(name).ParseObject(text);
        }
        catch (ConfigException)
        {
            return null;
        }
    }

    private static ConfigKey Key(string name) =>
        BrokerSchema.Find(name) ?? throw new ArgumentException($"{name} is not a key of the broker", nameof(name));
}
