using KafkaSharp.Metadata.Controller.Brokers;
using KafkaSharp.Metadata.Controller.Configs;
using KafkaSharp.Metadata.Controller.Replication;
using KafkaSharp.Metadata.Controller.State;
using Microsoft.Extensions.Logging;

namespace KafkaSharp.Metadata.Controller;

/// <summary>The control managers of one controller, put together. They share its state and run on its event loop only.</summary>
internal sealed class ControlManagers
{
    public ControlManagers(
        QuorumControllerOptions options, ControllerState state, IConfigurationValidator validator, IKRaftVersion kraftVersion,
        TimeProvider time, Random random, ILogger logger)
    {
        var settings = new TopicSettings(options, state);
        var leaders = new LeaderAndIsrControl(state, settings);
        var placement = new PartitionPlacement(state, leaders, new JavaRandom(random.NextInt64()));
        Configurations = new ConfigurationControl(options, state, validator);
        Features = new FeatureControl(options, state, Configurations, kraftVersion);
        ProducerIds = new ProducerIdControl(state);
        Quotas = new ClientQuotaControl(state);
        TopicCreation = new TopicCreation(options, state, placement, Configurations, random, logger);
        TopicDeletion = new TopicDeletion(options, state, logger);
        PartitionCreation = new PartitionCreation(state, placement);
        Elections = new ElectionControl(state, leaders);
        Reassignments = new ReassignmentControl(state, leaders, placement, settings);
        Partitions = new AlterPartitionControl(state, leaders);
        Sessions = new BrokerHeartbeats(time, options.BrokerSessionTimeout);
        Registrations = new BrokerRegistrationControl(options, state, Sessions, leaders);
        Heartbeats = new BrokerHeartbeatControl(state, Sessions, leaders, logger);
    }

    public ConfigurationControl Configurations { get; }
    public FeatureControl Features { get; }
    public ProducerIdControl ProducerIds { get; }
    public ClientQuotaControl Quotas { get; }
    public TopicCreation TopicCreation { get; }
    public TopicDeletion TopicDeletion { get; }
    public PartitionCreation PartitionCreation { get; }
    public ElectionControl Elections { get; }
    public ReassignmentControl Reassignments { get; }
    public AlterPartitionControl Partitions { get; }
    public BrokerHeartbeats Sessions { get; }
    public BrokerRegistrationControl Registrations { get; }
    public BrokerHeartbeatControl Heartbeats { get; }
}
