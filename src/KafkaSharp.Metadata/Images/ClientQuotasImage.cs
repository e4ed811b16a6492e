using System.Collections.Immutable;

namespace KafkaSharp.Metadata.Images;

/// <summary>The client quotas: for each entity its quota keys (<c>producer_byte_rate</c>, …) and values. Immutable.</summary>
public sealed class ClientQuotasImage
{
    public static ClientQuotasImage Empty { get; } =
        new(ImmutableDictionary<ClientQuotaEntity, ImmutableSortedDictionary<string, double>>.Empty);

    internal ClientQuotasImage(ImmutableDictionary<ClientQuotaEntity, ImmutableSortedDictionary<string, double>> entities) =>
        Entities = entities;

    public ImmutableDictionary<ClientQuotaEntity, ImmutableSortedDictionary<string, double>> Entities { get; }
}
