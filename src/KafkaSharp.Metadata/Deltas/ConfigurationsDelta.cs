using System.Collections.Immutable;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Deltas;

/// <summary>The resources with changed configurations, each with all its values after the change.</summary>
public sealed class ConfigurationsDelta
{
    private readonly ConfigurationsImage _before;
    private readonly Dictionary<ConfigResource, ImmutableSortedDictionary<string, string>> _changes = [];
    private readonly Dictionary<ConfigResource, HashSet<string>> _named = [];

    internal ConfigurationsDelta(ConfigurationsImage before) => _before = before;

    /// <summary>All values of each changed resource; empty if none remains.</summary>
    public IReadOnlyDictionary<ConfigResource, ImmutableSortedDictionary<string, string>> Changes => _changes;

    internal void Replay(ConfigRecord record)
    {
        var resource = new ConfigResource((ConfigResourceType)record.ResourceType, record.ResourceName);
        if (!_named.TryGetValue(resource, out var names))
            _named[resource] = names = new HashSet<string>(StringComparer.Ordinal);
        names.Add(record.Name);
        var now = Now(resource);
        _changes[resource] = record.Value is { } value ? now.SetItem(record.Name, value) : now.Remove(record.Name);
    }

    internal void RemoveAll(ConfigResource resource)
    {
        if (!Now(resource).IsEmpty)
            _changes[resource] = ConfigurationsImage.NoConfigs;
    }

    internal void FinishSnapshot()
    {
        foreach (var (resource, configs) in _before.Resources)
        {
            var named = _named.GetValueOrDefault(resource);
            var stale = configs.Keys.Where(name => named is null || !named.Contains(name)).ToArray();
            if (stale.Length > 0)
                _changes[resource] = Now(resource).RemoveRange(stale);
        }
    }

    internal ConfigurationsImage Apply()
    {
        var resources = _before.Resources.ToBuilder();
        foreach (var (resource, configs) in _changes)
        {
            if (configs.IsEmpty)
                resources.Remove(resource);
            else
                resources[resource] = configs;
        }
        return new ConfigurationsImage(resources.ToImmutable());
    }

    private ImmutableSortedDictionary<string, string> Now(ConfigResource resource) =>
        _changes.TryGetValue(resource, out var changed) ? changed : _before.Configs(resource);
}
