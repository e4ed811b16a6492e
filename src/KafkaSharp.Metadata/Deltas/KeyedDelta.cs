using System.Collections.Immutable;

namespace KafkaSharp.Metadata.Deltas;

/// <summary>
/// The changes of a section of the metadata that consists of records by key. <see cref="Changes"/> has the new value of each changed key,
/// or null if it was removed.
/// </summary>
public sealed class KeyedDelta<TKey, TValue>
    where TKey : notnull
    where TValue : class
{
    private readonly ImmutableDictionary<TKey, TValue> _before;
    private readonly Dictionary<TKey, TValue?> _changes = [];

    internal KeyedDelta(ImmutableDictionary<TKey, TValue> before) => _before = before;

    public IReadOnlyDictionary<TKey, TValue?> Changes => _changes;

    internal void Set(TKey key, TValue value) => _changes[key] = value;

    internal void Remove(TKey key) => _changes[key] = null;

    internal void FinishSnapshot()
    {
        foreach (var key in _before.Keys)
            _changes.TryAdd(key, null);
    }

    internal ImmutableDictionary<TKey, TValue> Apply()
    {
        var builder = _before.ToBuilder();
        foreach (var (key, value) in _changes)
        {
            if (value is null)
                builder.Remove(key);
            else
                builder[key] = value;
        }
        return builder.ToImmutable();
    }
}
