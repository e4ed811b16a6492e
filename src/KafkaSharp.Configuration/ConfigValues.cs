namespace KafkaSharp.Configuration;

/// <summary>
/// The parsed values of a set of keys. A key that was not given has its default. Immutable; a dynamic change creates a new instance.
/// </summary>
public sealed class ConfigValues
{
    private readonly Dictionary<string, object?> _parsed;
    private readonly Dictionary<string, string> _given;

    private ConfigValues(Dictionary<string, object?> parsed, Dictionary<string, string> given)
    {
        _parsed = parsed;
        _given = given;
    }

    /// <summary>The defaults of all keys.</summary>
    public static ConfigValues Empty { get; } = new([], []);

    /// <summary>The given texts by key name, including keys that are not in the schema.</summary>
    public IReadOnlyDictionary<string, string> Given => _given;

    public bool IsSet(ConfigKey key) => _parsed.ContainsKey(key.Name);

    public T Get<T>(ConfigKey<T> key) => _parsed.TryGetValue(key.Name, out var value) ? (T)value! : key.Default;

    /// <summary>The value or default of a key as properties text; null if it has neither.</summary>
    public string? GetText(ConfigKey key) => _parsed.TryGetValue(key.Name, out var value) ? key.Format(value) : key.DefaultText;

    /// <summary>Parses the given texts. Adds one message to <paramref name="faults"/> for each invalid value.</summary>
    public static ConfigValues Parse(ConfigSchema schema, IReadOnlyDictionary<string, string> given, ICollection<string> faults)
    {
        var parsed = new Dictionary<string, object?>(given.Count);
        foreach (var (name, text) in given)
        {
            if (schema.Find(name) is not { } key)
                continue;
            try
            {
                parsed[name] = key.ParseObject(text);
            }
            catch (ConfigException e)
            {
                faults.Add(e.Message);
            }
        }
        return new ConfigValues(parsed, new Dictionary<string, string>(given));
    }

    /// <summary>Parses the given texts.</summary>
    /// <exception cref="ConfigException">A value is invalid.</exception>
    public static ConfigValues Parse(ConfigSchema schema, IReadOnlyDictionary<string, string> given)
    {
        var parsed = new Dictionary<string, object?>(given.Count);
        foreach (var (name, text) in given)
        {
            if (schema.Find(name) is { } key)
                parsed[name] = key.ParseObject(text);
        }
        return new ConfigValues(parsed, new Dictionary<string, string>(given));
    }
}
