using KafkaSharp.Coordinators.Runtime;
using KafkaSharp.Metadata.Deltas;
using KafkaSharp.Metadata.Images;

namespace KafkaSharp.Coordinators.Tests.Runtime;

/// <summary>
/// A toy coordinator: a map of keys to values. Values written in a transaction become visible when it commits, regardless of what was
/// written in between.
/// </summary>
internal sealed class KeyValueShard(ShardContext<KeyValueRecord> context) : ICoordinatorShard<KeyValueRecord>
{
    private readonly RevertibleDictionary<string, string> _values = new(context.Undo);
    private readonly RevertibleDictionary<long, RevertibleDictionary<string, KeyValueRecord>> _pending = new(context.Undo);

    public ShardContext<KeyValueRecord> Context { get; } = context;

    public List<long> ImageOffsets { get; } = [];

    public bool IsUnloaded { get; private set; }

    /// <summary>The key whose replay fails.</summary>
    public string? Poison { get; set; }

    /// <summary>Changes the state ahead of the log, as a command does that its records follow.</summary>
    public void SetAhead(string key, string value) => _values.Set(key, value);

    public string? Get(string key) => _values.TryGetValue(key, out var value) ? value : null;

    /// <summary>Everything, in the order of keys, with what open transactions hold.</summary>
    public string Dump() => string.Join(" ",
        _values.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}={entry.Value}")
            .Concat(_pending.Entries.OrderBy(entry => entry.Key).SelectMany(entry =>
                entry.Value.Values.OrderBy(record => record.Key, StringComparer.Ordinal)
                    .Select(record => $"{entry.Key}:{record.Key}={record.Value}"))));

    public void Replay(long offset, ProducerIdentity producer, KeyValueRecord record)
    {
        if (record.Key == Poison)
            throw new InvalidOperationException("poisoned");
        if (!producer.IsTransactional)
        {
            Apply(record);
            return;
        }
        if (!_pending.TryGetValue(producer.Id, out var records))
            _pending.Set(producer.Id, records = new RevertibleDictionary<string, KeyValueRecord>(Context.Undo));
        records.Set(record.Key, record);
    }

    public void ReplayTransactionEnd(ProducerIdentity producer, bool committed)
    {
        if (!_pending.TryGetValue(producer.Id, out var records))
            return;
        _pending.Remove(producer.Id);
        if (!committed)
            return;
        foreach (var record in records.Values)
            Apply(record);
    }

    public void OnLoaded(MetadataImage image) => ImageOffsets.Add(image.HighestOffset);

    public void OnMetadataUpdate(MetadataDelta delta, MetadataImage image) => ImageOffsets.Add(image.HighestOffset);

    public void OnUnloaded() => IsUnloaded = true;

    private void Apply(KeyValueRecord record)
    {
        if (record.Value is null)
            _values.Remove(record.Key);
        else
            _values.Set(record.Key, record.Value);
    }
}
