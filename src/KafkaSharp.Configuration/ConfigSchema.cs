using System.Collections.Frozen;

namespace KafkaSharp.Configuration;

/// <summary>The set of keys of one kind of resource: broker, topic or group. Immutable.</summary>
public sealed class ConfigSchema
{
    private readonly FrozenDictionary<string, ConfigKey> _keys;

    public ConfigSchema(params IEnumerable<ConfigKey> keys)
    {
        Keys = [.. keys.OrderBy(key => key.Name, StringComparer.Ordinal)];
        _keys = Keys.ToFrozenDictionary(key => key.Name, StringComparer.Ordinal);
    }

    /// <summary>All keys, ordered by name.</summary>
    public IReadOnlyList<ConfigKey> Keys { get; }

    public ConfigKey? Find(string name) => _keys.GetValueOrDefault(name);
}
