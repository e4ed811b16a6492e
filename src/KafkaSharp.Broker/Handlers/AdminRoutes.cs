using KafkaSharp.Broker.Configuration;
using KafkaSharp.Broker.Handlers.Cluster;
using KafkaSharp.Broker.Handlers.Configs;
using KafkaSharp.Broker.Handlers.Topics;
using KafkaSharp.Broker.Requests;
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
            ApiRoute.For(new ElectLeadersHandler(controller)),
            ApiRoute.For(new AlterPartitionReassignmentsHandler(controller)),
            ApiRoute.For(new ListPartitionReassignmentsHandler(controller)),
            ApiRoute.For(new DescribeConfigsHandler(configuration, image)),
            ApiRoute.For(new IncrementalAlterConfigsHandler(controller)),
            ApiRoute.For(new AlterConfigsHandler(controller)),
            ApiRoute.For(new ListConfigResourcesHandler(image)),
            ApiRoute.For(new DescribeClientQuotasHandler(image)),
            ApiRoute.For(new AlterClientQuotasHandler(controller)),
            ApiRoute.For(new DescribeClusterHandler(image, clusterId, () => raft.LeaderAndEpoch.LeaderId ?? -1)),
            ApiRoute.For(new DescribeQuorumHandler(raft)),
            ApiRoute.For(new DescribeLogDirsHandler(logs, files)),
            ApiRoute.For(new UpdateFeaturesHandler(controller)),
            ApiRoute.For(new UnregisterBrokerHandler(controller)),
            ApiRoute.For(new BrokerRegistrationHandler(controller)),
            ApiRoute.For(new BrokerHeartbeatHandler(controller)),
            ApiRoute.For(new ControllerRegistrationHandler(controller)),
            ApiRoute.For(new AllocateProducerIdsHandler(controller)),
            ApiRoute.For(new AlterPartitionHandler(controller)),
            ApiRoute.For(new AssignReplicasToDirsHandler(controller)),
        ];
    }
}
