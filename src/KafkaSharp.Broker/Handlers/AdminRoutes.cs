using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Handlers.Cluster;
using KafkaSharp.Broker.Handlers.Configs;
using KafkaSharp.Broker.Handlers.Topics;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Metadata.Controller;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Raft;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Manager;

namespace KafkaSharp.Broker.Handlers;

/// <summary>The routes of topics, configurations and the cluster.</summary>
static class AdminRoutes
{
    public static IEnumerable<ApiRoute> Create(
        BrokerConfiguration configuration, string clusterId, QuorumController controller, RaftNode<MetadataRecord> raft,
        Func<MetadataImage> image, LogManager logs, IFileSystem files)
    {
        var creation = new AutoTopicCreation(controller, image, configuration.Values);
        return
        [
            ApiRoute.For(new MetadataHandler(image, clusterId, creation)),
            ApiRoute.For(new DescribeTopicPartitionsHandler(image)),
            ApiRoute.For(new CreateTopicsHandler(controller)),
            ApiRoute.For(new DeleteTopicsHandler(controller, configuration.Values)),
            ApiRoute.For(new CreatePartitionsHandler(controller)),
            ApiRoute.For(new ElectLeadersHandler(controller), requires: AclOperation.Alter),
            ApiRoute.For(new AlterPartitionReassignmentsHandler(controller), requires: AclOperation.Alter),
            ApiRoute.For(new ListPartitionReassignmentsHandler(controller), requires: AclOperation.Describe),
            ApiRoute.For(new DescribeConfigsHandler(configuration, image)),
            ApiRoute.For(new IncrementalAlterConfigsHandler(controller)),
            ApiRoute.For(new AlterConfigsHandler(controller)),
            ApiRoute.For(new ListConfigResourcesHandler(image), requires: AclOperation.DescribeConfigs),
            ApiRoute.For(new DescribeClientQuotasHandler(image), requires: AclOperation.DescribeConfigs),
            ApiRoute.For(new AlterClientQuotasHandler(controller), requires: AclOperation.AlterConfigs),
            ApiRoute.For(new DescribeClusterHandler(image, clusterId, () => raft.LeaderAndEpoch.LeaderId ?? -1)),
            ApiRoute.For(new DescribeQuorumHandler(raft), requires: AclOperation.Describe),
            ApiRoute.For(new DescribeLogDirsHandler(logs, files), requires: AclOperation.Describe),
            ApiRoute.For(new UpdateFeaturesHandler(controller), requires: AclOperation.Alter),
            ApiRoute.For(new UnregisterBrokerHandler(controller), requires: AclOperation.Alter),
            ApiRoute.For(new BrokerRegistrationHandler(controller), requires: AclOperation.ClusterAction),
            ApiRoute.For(new BrokerHeartbeatHandler(controller), requires: AclOperation.ClusterAction),
            ApiRoute.For(new ControllerRegistrationHandler(controller), requires: AclOperation.ClusterAction),
            ApiRoute.For(new AllocateProducerIdsHandler(controller), requires: AclOperation.ClusterAction),
            ApiRoute.For(new AlterPartitionHandler(controller), requires: AclOperation.ClusterAction),
            ApiRoute.For(new AssignReplicasToDirsHandler(controller), requires: AclOperation.ClusterAction),
        ];
    }
}
