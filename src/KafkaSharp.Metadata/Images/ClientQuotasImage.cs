using System.Collections.Immutable;

namespace KafkaSharp.Metadata.Images;

/// <summary>The client quotas: the values of the quota keys (<c>producer_byte_rate</c>, …) of each entity. Immutable.</summary>
public sealed class ClientQuotasImage
{
    public static ClientQuotasImage Empty { get; } =
        new(ImmutableDictionary<ClientQuotaEntity, ImmutableSortedDictionary<string, double>>.Empty);

    internal ClientQuotasImage(ImmutableDictionary<ClientQuotaEntity, ImmutableSortedDictionary<string, double>> entities) =>
        Entities = entities;

    public ImmutableDictionary<ClientQuotaEntity, ImmutableSortedDictionary<string, double>> Entities { get; }
}
