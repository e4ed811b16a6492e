namespace KafkaSharp.Metadata.Images;

/// <summary>
/// The metadata of the cluster at one offset of <c>__cluster_metadata</c> (Kafka's <c>MetadataImage</c>). Immutable and thread-safe. A new
/// image shares all unchanged parts with the previous one, so a change of one topic among 10,000 costs a few dictionary nodes. Made by
/// <see cref="Deltas.MetadataDelta"/>.
/// </summary>
public sealed class MetadataImage
{
    public static MetadataImage Empty { get; } = new();

    /// <summary>The position in the log up to which records are contained.</summary>
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

    /// <summary>The offset of the last contained record; -1 for none.</summary>
    public long HighestOffset => Provenance.LastContainedOffset;
}
