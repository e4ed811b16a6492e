using KafkaSharp.Metadata.Features;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Protocol;
using KafkaSharp.Protocol.Messages;

namespace KafkaSharp.Metadata.Controller.State;

/// <summary>The configuration of a controller, mostly from <see cref="MetadataConfigs"/>.</summary>
public sealed class QuorumControllerOptions
{
    public required int NodeId { get; init; }

    public required string ClusterId { get; init; }

    /// <summary>
    /// The incarnation of the broker in the same process; null where there is none. An earlier incarnation of this node cannot be alive any
    /// more. Any other incarnation with this node's id is another process.
    /// </summary>
    public Uuid? LocalIncarnation { get; init; }

    public int DefaultNumPartitions { get; init; } = 1;

    public short DefaultReplicationFactor { get; init; } = 1;

    /// <summary>Whether topics may be deleted (<c>delete.topic.enable</c>).</summary>
    public bool DeleteTopicEnable { get; init; } = true;

    /// <summary>A broker without a heartbeat for this time is fenced.</summary>
    public TimeSpan BrokerSessionTimeout { get; init; } = TimeSpan.FromSeconds(9);

    /// <summary>A NoOpRecord is written when no record was written for this time; zero: never.</summary>
    public TimeSpan MaxIdleInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often leadership goes back to preferred replicas; null for never.</summary>
    public TimeSpan? LeaderImbalanceCheckInterval { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>The static value of <c>unclean.leader.election.enable</c>.</summary>
    public bool UncleanLeaderElectionEnable { get; init; }

    /// <summary>The static value of <c>min.insync.replicas</c>.</summary>
    public int MinInSyncReplicas { get; init; } = 1;

    /// <summary>The features that this controller supports.</summary>
    public IReadOnlyList<KafkaFeature> Features { get; init; } = FeatureNames.All;

    /// <summary>
    /// What this controller registers itself as when it becomes active; null for not at all (others register by request).
    /// </summary>
    public ControllerRegistrationRequest? Registration { get; init; }

    /// <summary>What an empty metadata log begins with; see <see cref="BootstrapMetadata"/>.</summary>
    public IReadOnlyList<MetadataRecord> BootstrapRecords { get; init; } = BootstrapMetadata.Records(MetadataVersion.Latest);
}
