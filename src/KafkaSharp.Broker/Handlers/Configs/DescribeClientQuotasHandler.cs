using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Broker.Handlers.Configs;

/// <summary>DescribeClientQuotas (48): the client quotas of the entities that match (KIP-546).</summary>
internal sealed class DescribeClientQuotasHandler(Func<MetadataImage> image)
    : IApiHandler<DescribeClientQuotasRequest, DescribeClientQuotasResponse>
{
    private const sbyte Exactly = 0;
    private const sbyte Default = 1;
    private const sbyte Any = 2;

    public ValueTask<DescribeClientQuotasResponse?> HandleAsync(RequestContext context, DescribeClientQuotasRequest request)
    {
        if (Fault(request) is { } fault)
        {
            return new ValueTask<DescribeClientQuotasResponse?>(
                new DescribeClientQuotasResponse { ErrorCode = fault.Code, ErrorMessage = fault.Message, Entries = null });
        }
        var entries = image().ClientQuotas.Entities.Where(entity => Matches(entity.Key, request)).Select(entity =>
            new DescribeClientQuotasResponse.EntryData
        {
            Entity = [.. entity.Key.Parts().Select(p =>
                new DescribeClientQuotasResponse.EntityData { EntityType = p.Type, EntityName = p.Name })],
            Values = [.. entity.Value.Select(quota => new DescribeClientQuotasResponse.ValueData { Key = quota.Key, Value = quota.Value })],
        });
        return new ValueTask<DescribeClientQuotasResponse?>(new DescribeClientQuotasResponse { Entries = [.. entries] });
    }

    public DescribeClientQuotasResponse Fail(DescribeClientQuotasRequest request, ErrorCode error, short version) =>
        new() { ErrorCode = error, ErrorMessage = error.Message(), Entries = null };

    private static ApiError? Fault(DescribeClientQuotasRequest request)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var component in request.Components)
        {
            if (component.EntityType.Length == 0)
                return Invalid("Invalid empty entity type.");
            if (component.EntityType is not (ClientQuotaEntity.UserType or ClientQuotaEntity.ClientIdType or ClientQuotaEntity.IpType))
                return new(ErrorCode.UnsupportedVersion, $"Unsupported entity type {component.EntityType}");
            if (!seen.Add(component.EntityType))
                return Invalid($"Entity type {component.EntityType} cannot appear more than once in the filter.");
            if (component.MatchType is < Exactly or > Any)
                return Invalid($"Unknown match type {component.MatchType}");
            if (component.MatchType == Exactly && component.Match is null)
                return Invalid("Request specified MATCH_TYPE_EXACT, but set match string to null.");
            if (component.MatchType != Exactly && component.Match is not null)
            {
                var type = component.MatchType == Default ? "DEFAULT" : "SPECIFIED";
                return Invalid($"Request specified MATCH_TYPE_{type}, but also specified a match string.");
            }
        }
        return seen.Contains(ClientQuotaEntity.IpType) && seen.Count > 1
            ? Invalid(
                "Invalid entity filter component combination, IP filter component should not be used with user or clientId filter "
                + "component.")
            : null;
    }

    private static ApiError Invalid(string message) => new(ErrorCode.InvalidRequest, message);

    private static bool Matches(ClientQuotaEntity entity, DescribeClientQuotasRequest request)
    {
        var parts = entity.Parts().ToDictionary(part => part.Type, part => part.Name, StringComparer.Ordinal);
        foreach (var component in request.Components)
        {
            if (!parts.Remove(component.EntityType, out var name))
                return false;
            var matches = component.MatchType switch
            {
                Exactly => name == component.Match,
                Default => name is null,
                _ => true,
            };
            if (!matches)
                return false;
        }
        return !request.Strict || parts.Count == 0;
    }
}
