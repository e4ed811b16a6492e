using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Deltas;

/// <summary>
/// The changes since an image (Kafka's <c>MetadataDelta</c>): records are replayed into it, and it makes the next image. It is the only
/// place that interprets metadata records, for brokers and for the controller. Used by one thread until <see cref="Apply"/>; publishers
/// then only read it. Sections without changes are null.
/// </summary>
public sealed class MetadataDelta(MetadataImage image)
{
    /// <summary>The image before the changes.</summary>
    public MetadataImage Image { get; } = image;

    public FeaturesDelta? Features { get; private set; }

    public ClusterDelta? Cluster { get; private set; }

    public TopicsDelta? Topics { get; private set; }

    public ConfigurationsDelta? Configs { get; private set; }

    public ClientQuotasDelta? ClientQuotas { get; private set; }

    public ProducerIdsDelta? ProducerIds { get; private set; }

    public KeyedDelta<Uuid, AccessControlEntryRecord>? Acls { get; private set; }

    public KeyedDelta<ScramUser, UserScramCredentialRecord>? Scram { get; private set; }

    public KeyedDelta<string, DelegationTokenRecord>? DelegationTokens { get; private set; }

    /// <summary>Replays one record.</summary>
    /// <exception cref="MetadataException">
    /// The record contradicts the metadata before it, or its type is unknown.
    /// </exception>
    public void Replay(MetadataRecord record) => Replay(record.Message);

    internal void Replay(object message)
    {
        switch (message)
        {
            case TopicRecord m: TopicsForChange.Replay(m); break;
            case PartitionRecord m: TopicsForChange.Replay(m); break;
            case PartitionChangeRecord m: TopicsForChange.Replay(m); break;
            case RemoveTopicRecord m: Remove(m); break;
            case ClearElrRecord m: TopicsForChange.Replay(m); break;
            case ConfigRecord m: (Configs ??= new ConfigurationsDelta(Image.Configs)).Replay(m); break;
            case RegisterBrokerRecord m: ClusterForChange.Replay(m); break;
            case UnregisterBrokerRecord m: ClusterForChange.Replay(m); break;
            case FenceBrokerRecord m: ClusterForChange.Replay(m); break;
            case UnfenceBrokerRecord m: ClusterForChange.Replay(m); break;
            case BrokerRegistrationChangeRecord m: ClusterForChange.Replay(m); break;
            case RegisterControllerRecord m: ClusterForChange.Replay(m); break;
            case FeatureLevelRecord m: (Features ??= new FeaturesDelta(Image.Features)).Replay(m); break;
            case ClientQuotaRecord m: (ClientQuotas ??= new ClientQuotasDelta(Image.ClientQuotas)).Replay(m); break;
            case ProducerIdsRecord m: (ProducerIds ??= new ProducerIdsDelta(Image.ProducerIds)).Replay(m); break;
            case AccessControlEntryRecord m: AclsForChange.Set(m.Id, m); break;
            case RemoveAccessControlEntryRecord m: AclsForChange.Remove(m.Id); break;
            case UserScramCredentialRecord m: ScramForChange.Set(new ScramUser(m.Mechanism, m.Name), m); break;
            case RemoveUserScramCredentialRecord m: ScramForChange.Remove(new ScramUser(m.Mechanism, m.Name)); break;
            case DelegationTokenRecord m: TokensForChange.Set(m.TokenId, m); break;
            case RemoveDelegationTokenRecord m: TokensForChange.Remove(m.TokenId); break;
            case NoOpRecord or ZkMigrationStateRecord or BeginTransactionRecord or EndTransactionRecord or AbortTransactionRecord: break;
            default: throw new MetadataException($"Unknown metadata record {message.GetType().Name}");
        }
    }

    /// <summary>Removes everything that is not in the snapshot. Called after all records of a snapshot have been replayed.</summary>
    public void FinishSnapshot()
    {
        (Features ??= new FeaturesDelta(Image.Features)).FinishSnapshot();
        ClusterForChange.FinishSnapshot();
        TopicsForChange.FinishSnapshot();
        (Configs ??= new ConfigurationsDelta(Image.Configs)).FinishSnapshot();
        (ClientQuotas ??= new ClientQuotasDelta(Image.ClientQuotas)).FinishSnapshot();
        (ProducerIds ??= new ProducerIdsDelta(Image.ProducerIds)).FinishSnapshot();
        AclsForChange.FinishSnapshot();
        ScramForChange.FinishSnapshot();
        TokensForChange.FinishSnapshot();
    }

    /// <summary>The image after the replayed records.</summary>
    public MetadataImage Apply(MetadataProvenance provenance) => new()
    {
        Provenance = provenance,
        Features = Features?.Apply() ?? Image.Features,
        Cluster = Cluster?.Apply() ?? Image.Cluster,
        Topics = Topics?.Apply() ?? Image.Topics,
        Configs = Configs?.Apply() ?? Image.Configs,
        ClientQuotas = ClientQuotas?.Apply() ?? Image.ClientQuotas,
        ProducerIds = ProducerIds?.Apply() ?? Image.ProducerIds,
        Acls = Acls is null ? Image.Acls : new AclsImage(Acls.Apply()),
        Scram = Scram is null ? Image.Scram : new ScramImage(Scram.Apply()),
        DelegationTokens = DelegationTokens is null ? Image.DelegationTokens : new DelegationTokensImage(DelegationTokens.Apply()),
    };

    private TopicsDelta TopicsForChange => Topics ??= new TopicsDelta(Image.Topics);

    private ClusterDelta ClusterForChange => Cluster ??= new ClusterDelta(Image.Cluster);

    private KeyedDelta<Uuid, AccessControlEntryRecord> AclsForChange => Acls ??= new(Image.Acls.Entries);

    private KeyedDelta<ScramUser, UserScramCredentialRecord> ScramForChange => Scram ??= new(Image.Scram.Credentials);

    private KeyedDelta<string, DelegationTokenRecord> TokensForChange => DelegationTokens ??= new(Image.DelegationTokens.Tokens);

    private void Remove(RemoveTopicRecord record)
    {
        var name = TopicsForChange.Replay(record);
        (Configs ??= new ConfigurationsDelta(Image.Configs)).RemoveAll(ConfigResource.Topic(name));
    }
}
