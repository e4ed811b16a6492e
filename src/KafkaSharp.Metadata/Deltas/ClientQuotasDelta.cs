using System.Collections.Immutable;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Deltas;

/// <summary>The changed quota values: for each entity and quota key the new value, or null if it was removed.</summary>
public sealed class ClientQuotasDelta
{
    private readonly ClientQuotasImage _before;
    private readonly Dictionary<ClientQuotaEntity, Dictionary<string, double?>> _changes = [];

    internal ClientQuotasDelta(ClientQuotasImage before) => _before = before;

    public IReadOnlyDictionary<ClientQuotaEntity, Dictionary<string, double?>> Changes => _changes;

    internal void Replay(ClientQuotaRecord record)
    {
        var entity = ClientQuotaEntity.FromParts(record.Entity.Select(part => (part.EntityType, part.EntityName)))
            ?? throw new MetadataException("A ClientQuotaRecord has an unknown or repeated entity type");
        ChangesOf(entity)[record.Key] = record.Remove ? null : record.Value;
    }

    internal void FinishSnapshot()
    {
        foreach (var (entity, quotas) in _before.Entities)
        {
            var changes = ChangesOf(entity);
            foreach (var key in quotas.Keys)
                changes.TryAdd(key, null);
        }
    }

    internal ClientQuotasImage Apply()
    {
        var entities = _before.Entities.ToBuilder();
        foreach (var (entity, changes) in _changes)
        {
            var before = entities.GetValueOrDefault(entity) ?? ImmutableSortedDictionary.Create<string, double>(StringComparer.Ordinal);
            var quotas = before.ToBuilder();
            foreach (var (key, value) in changes)
            {
                if (value is { } number)
                    quotas[key] = number;
                else
                    quotas.Remove(key);
            }
            if (quotas.Count == 0)
                entities.Remove(entity);
            else
                entities[entity] = quotas.ToImmutable();
        }
        return new ClientQuotasImage(entities.ToImmutable());
    }

    private Dictionary<string, double?> ChangesOf(ClientQuotaEntity entity)
    {
        if (!_changes.TryGetValue(entity, out var changes))
            _changes[entity] = changes = new Dictionary<string, double?>(StringComparer.Ordinal);
        return changes;
    }
}
