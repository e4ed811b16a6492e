namespace KafkaSharp.Configuration;

/// <summary>
/// Parsed values of a set of keys: what was given, else the default. Immutable, so a reader may keep it; a dynamic change makes a new one.
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

    /// <summary>All keys at their defaults.</summary>
    public static ConfigValues Empty { get; } = new([], []);

    /// <summary>The texts that were given, by key name; keys that the schema does not hold are in it too.</summary>
    public IReadOnlyDictionary<string, string> Given => _given;

    public bool IsSet(ConfigKey key) => _parsed.ContainsKey(key.Name);

    public T Get<T>(ConfigKey<T> key) => _parsed.TryGetValue(key.Name, out var value) ? (T)value! : key.Default;

    /// <summary>The value of a key as properties text, defaults included; null where it has none.</summary>
    public string? GetText(ConfigKey key) => _parsed.TryGetValue(key.Name, out var value) ? key.Format(value) : key.DefaultText;

    /// <summary>Parses every given text whose key is in the schema and adds one sentence to <paramref name="faults"/> for each that is refused.</summary>
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

    /// <summary>The values of one text after another, later ones winning.</summary>
    /// <exception cref="ConfigException">The first value that is refused.</exception>
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
