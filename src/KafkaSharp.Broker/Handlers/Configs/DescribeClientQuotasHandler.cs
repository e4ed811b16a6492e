using KafkaSharp.Broker.Requests;
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
                new DescribeClientQuotasResponse { ErrorCode = ErrorCode.InvalidRequest, ErrorMessage = fault, Entries = null });
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

    private static string? Fault(DescribeClientQuotasRequest request)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var component in request.Components)
        {
            if (component.EntityType.Length == 0)
                return "Invalid empty entity type.";
            if (component.EntityType is not (ClientQuotaEntity.UserType or ClientQuotaEntity.ClientIdType or ClientQuotaEntity.IpType))
                return $"Custom entity type '{component.EntityType}' not supported.";
            if (!seen.Add(component.EntityType))
                return $"Duplicate {component.EntityType} filter component entity type.";
            if (component.MatchType is < Exactly or > Any)
                return $"Unexpected match type: {component.MatchType}";
            if (component.MatchType == Exactly && component.Match is null)
                return "Request specified MATCH_TYPE_EXACT, but set match string to null.";
            if (component.MatchType != Exactly && component.Match is not null)
                return "Request specified a match type without a name, but did not set match string to null.";
        }
        return seen.Contains(ClientQuotaEntity.IpType) && seen.Count > 1
            ? "Invalid entity filter component combination, IP filter component should not be used with user or clientId filter component."
            : null;
    }

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
