namespace KafkaSharp.Metadata.Images;

/// <summary>
/// The cluster's metadata at one offset of <c>__cluster_metadata</c>. Immutable and shared freely between threads; a new image shares with
/// the one before all that did not change, so that changing one topic among 10,000 costs a few dictionary nodes. Made by <see
/// cref="Deltas.MetadataDelta"/>.
/// </summary>
public sealed class MetadataImage
{
    public static MetadataImage Empty { get; } = new();

    /// <summary>Up to where the log is contained.</summary>
    public MetadataProvenance Provenance { get; internal init; } = MetadataProvenance.Empty;

    public FeaturesImage Features { get; internal init; } = FeaturesImage.Empty;

    public ClusterImage Cluster { get; internal init; } = ClusterImage.Empty;

    public TopicsImage Topics { get; internal init; } = TopicsImage.Empty;

    public ConfigurationsImage Configs { get; internal init; } = ConfigurationsImage.Empty;

    public ClientQuotasImage ClientQuotas { get; internal init; } = ClientQuotasImage.Empty;

    public ProducerIdsImage ProducerIds { get; internal init; } = ProducerIdsImage.Empty;

    public AclsImage Acls { get; internal init; } = AclsImage.Empty;

    public ScramImage Scram { get; internal init; } = ScramImage.Empty;

    public DelegationTokensImage DelegationTokens { get; internal init; } = DelegationTokensImage.Empty;

    /// <summary>The offset of the last record contained, -1 for none.</summary>
    public long HighestOffset => Provenance.LastContainedOffset;
}
