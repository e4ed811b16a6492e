using KafkaSharp.Broker.Provisioning;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Metadata.Images;

namespace KafkaSharp.Broker.Handlers.Topics;

/// <summary>The routes of topics and partitions.</summary>
internal static class TopicRoutes
{
    public static IEnumerable<ApiRoute> Create(
        ControllerRoutes controller, Func<MetadataImage> image, string clusterId, AutoTopicCreation autoCreation) =>
    [
        ApiRoute.For(new MetadataHandler(image, clusterId, autoCreation)),
        .. controller.For(ControllerApis.CreateTopics),
        .. controller.For(ControllerApis.DeleteTopics),
        .. controller.For(ControllerApis.CreatePartitions),
        .. controller.For(ControllerApis.ElectLeaders, AclOperation.Alter),
        .. controller.For(ControllerApis.AlterPartitionReassignments, AclOperation.Alter),
        .. controller.For(ControllerApis.ListPartitionReassignments, AclOperation.Describe),
        .. controller.For(ControllerApis.AlterPartition, AclOperation.ClusterAction),
        .. controller.For(ControllerApis.AssignReplicasToDirs, AclOperation.ClusterAction),
        ApiRoute.For(new DescribeTopicPartitionsHandler(image), inlineBytes: 0),
    ];
}
