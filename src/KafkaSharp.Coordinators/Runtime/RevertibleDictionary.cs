using System.Diagnostics.CodeAnalysis;

namespace KafkaSharp.Coordinators.Runtime;

/// <summary>
/// A dictionary whose changes are undone together with the records that made them (in the place of Kafka's <c>TimelineHashMap</c>). Used on
/// the shard's event loop, and by one loading thread before that.
/// </summary>
internal sealed class RevertibleDictionary<TKey, TValue>(UndoLog undo, IEqualityComparer<TKey>? comparer = null)
    where TKey : notnull
{
    private readonly Dictionary<TKey, TValue> _entries = new(comparer);

    public int Count => _entries.Count;

    public IReadOnlyCollection<TValue> Values => _entries.Values;

    public IReadOnlyDictionary<TKey, TValue> Entries => _entries;

    public bool ContainsKey(TKey key) => _entries.ContainsKey(key);

    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value) => _entries.TryGetValue(key, out value);

    public void Set(TKey key, TValue value)
    {
        if (undo.IsRecording)
            AddUndo(key);
        _entries[key] = value;
    }

    public bool Remove(TKey key)
    {
        if (!_entries.ContainsKey(key))
            return false;
        if (undo.IsRecording)
            AddUndo(key);
        return _entries.Remove(key);
    }

    private void AddUndo(TKey key)
    {
        if (_entries.TryGetValue(key, out var before))
            undo.Add(() => _entries[key] = before);
        else
            undo.Add(() => _entries.Remove(key));
    }
}
