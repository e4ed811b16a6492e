using System.Collections.Frozen;

namespace KafkaSharp.Configuration;

/// <summary>A set of keys that belong together: the broker's, a topic's, a group's.</summary>
public sealed class ConfigSchema
{
    private readonly FrozenDictionary<string, ConfigKey> _keys;

    public ConfigSchema(params IEnumerable<ConfigKey> keys)
    {
        Keys = [.. keys.OrderBy(key => key.Name, StringComparer.Ordinal)];
        _keys = Keys.ToFrozenDictionary(key => key.Name, StringComparer.Ordinal);
    }

    /// <summary>All keys in the order of their names.</summary>
    public IReadOnlyList<ConfigKey> Keys { get; }

    public ConfigKey? Find(string name) => _keys.GetValueOrDefault(name);
}
