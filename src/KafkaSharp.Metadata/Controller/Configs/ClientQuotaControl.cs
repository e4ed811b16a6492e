using System.Net;
using KafkaSharp.Metadata.Controller.State;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;
using KafkaSharp.StateMachines;

namespace KafkaSharp.Metadata.Controller.Configs;

/// <summary>Handles AlterClientQuotas (KIP-546): each entity succeeds or fails by itself. On the controller's event loop only.</summary>
internal sealed class ClientQuotaControl(ControllerState state)
{
    private enum QuotaType
    {
        Int,
        Long,
        Double,
    }

    private static readonly Dictionary<string, QuotaType> _userKeys = new(StringComparer.Ordinal)
    {
        ["producer_byte_rate"] = QuotaType.Long,
        ["consumer_byte_rate"] = QuotaType.Long,
        ["request_percentage"] = QuotaType.Double,
        ["controller_mutation_rate"] = QuotaType.Double,
    };

    private static readonly Dictionary<string, QuotaType> _ipKeys = new(StringComparer.Ordinal)
    {
        ["connection_creation_rate"] = QuotaType.Int,
    };

    public CommandResult<MetadataRecord, AlterClientQuotasResponse> Alter(AlterClientQuotasRequest request)
    {
        var records = new List<MetadataRecord>();
        var response = new AlterClientQuotasResponse();
        var results = new Dictionary<string, AlterClientQuotasResponse.EntryData>(StringComparer.Ordinal);
        foreach (var entry in request.Entries)
        {
            var names = Names(entry.Entity);
            var identity = Identity(names);
            var isNew = !results.TryGetValue(identity, out var result);
            if (isNew)
            {
                result = new AlterClientQuotasResponse.EntryData
                {
                    ErrorMessage = null,
                    Entity =
                    [
                        .. names.Select(name =>
                            new AlterClientQuotasResponse.EntityData { EntityType = name.Key, EntityName = name.Value }),
                    ],
                };
                results.Add(identity, result);
                response.Entries.Add(result);
            }
            try
            {
                // As in Kafka, the first alteration of an entity that is named again is carried out, though the response is an error.
                if (!isNew || entry.Ops.DistinctBy(operation => operation.Key, StringComparer.Ordinal).Count() < entry.Ops.Count)
                {
                    var entity = string.Join(", ", names.Select(name => $"{name.Key}={name.Value ?? "null"}"));
                    throw Refused($"Ignoring duplicate entity ClientQuotaEntity(entries={{{entity}}})");
                }
                records.AddRange(Alter(Entity(names), entry.Ops));
            }
            catch (StateMachineException e)
            {
                result!.ErrorCode = e.ErrorCode;
                result.ErrorMessage = e.Message;
            }
            ControllerLimits.CheckRecords(records.Count);
        }
        return new(request.ValidateOnly ? [] : records, response, IsAtomic: true);
    }

    private List<MetadataRecord> Alter(ClientQuotaEntity entity, List<AlterClientQuotasRequest.OpData> operations)
    {
        var keys = entity.HasIp ? _ipKeys : _userKeys;
        var current = state.Image.ClientQuotas.Entities.GetValueOrDefault(entity);
        var records = new List<MetadataRecord>();
        foreach (var operation in operations)
        {
            if (!keys.TryGetValue(operation.Key, out var type))
                throw Refused($"Invalid configuration key {operation.Key}");
            double? before = current is not null && current.TryGetValue(operation.Key, out var value) ? value : null;
            if (operation.Remove)
            {
                if (before is not null)
                    records.Add(Record(entity, operation.Key, 0, remove: true));
                continue;
            }
            CheckValue(operation.Key, operation.Value, type);
            if (before != operation.Value)
                records.Add(Record(entity, operation.Key, operation.Value, remove: false));
        }
        return records;
    }

    private static void CheckValue(string key, double value, QuotaType type)
    {
        if (double.IsNaN(value) || value <= 0)
            throw Refused($"Quota {key} must be greater than 0");
        if (type == QuotaType.Double)
        {
            // Kafka accepts it, but no rate can be computed from it.
            if (double.IsInfinity(value))
                throw Refused($"Proposed value for {key} is too large for a DOUBLE.");
            return;
        }
        if (value > (type == QuotaType.Int ? int.MaxValue : long.MaxValue))
            throw Refused($"Proposed value for {key} is too large for {(type == QuotaType.Int ? "an INT" : "a LONG")}.");
        // A value just below a whole number is not one, as in Kafka.
        if (value % 1.0 > 1e-6)
            throw Refused($"{key} cannot be a fractional value.");
    }

    private static ClientQuotaEntity Entity(SortedDictionary<string, string?> names)
    {
        if (names.Count == 0)
            throw Refused("Invalid empty client quota entity");
        foreach (var (type, name) in names)
        {
            if (type is not (ClientQuotaEntity.UserType or ClientQuotaEntity.ClientIdType or ClientQuotaEntity.IpType))
                throw Refused($"Unhandled client quota entity type: {type}");
            if (name is { Length: 0 })
                throw Refused($"Empty {type} not supported");
        }
        var entity = ClientQuotaEntity.FromParts(names.Select(name => (name.Key, name.Value)))!.Value;
        if (entity.HasIp && (entity.HasUser || entity.HasClientId))
            throw Refused("Invalid quota entity combination, IP entity shouldnot be combined with User or ClientId");
        if (entity.Ip is { } ip && !IPAddress.TryParse(ip, out _))
            throw Refused($"{ip} is not a valid IP or resolvable host.");
        return entity;
    }

    // As a Java map: of a type that is named twice the last name counts. Ordered as such a map of these types is shown: client id, then
    // user.
    private static SortedDictionary<string, string?> Names(List<AlterClientQuotasRequest.EntityData> parts)
    {
        var names = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        foreach (var part in parts)
            names[part.EntityType] = part.EntityName;
        return names;
    }

    // With lengths, so that no name can be taken for another's type.
    private static string Identity(SortedDictionary<string, string?> names) =>
        string.Concat(names.Select(name => $"{name.Key.Length}:{name.Key}{name.Value?.Length ?? -1}:{name.Value}"));

    private static MetadataRecord Record(ClientQuotaEntity entity, string key, double value, bool remove) => new(
        new ClientQuotaRecord
        {
            Entity = [.. entity.Parts().Select(part =>
                new ClientQuotaRecord.EntityData { EntityType = part.Type, EntityName = part.Name })],
            Key = key,
            Value = value,
            Remove = remove,
        }, 0);

    private static StateMachineException Refused(string message) => new(ErrorCode.InvalidRequest, message);
}
