using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Metadata.Records;
using KafkaSharp.Raft;
using KafkaSharp.Storage.FileSystem;
using KafkaSharp.Storage.Manager;

namespace KafkaSharp.Broker.Handlers.Cluster;

/// <summary>The routes of the cluster, its nodes and their log directories.</summary>
internal static class ClusterRoutes
{
    public static IEnumerable<ApiRoute> Create(
        ControllerRoutes controller, RaftNode<MetadataRecord> raft, Func<MetadataImage> image, string clusterId, LogManager logs,
        AlterReplicaLogDirsHandler alterLogDirs, IFileSystem files, bool hasControllerListener) =>
    [
        ApiRoute.For(alterLogDirs, requires: AclOperation.Alter),
        ApiRoute.For(new DescribeLogDirsHandler(logs, files), requires: AclOperation.Describe, inlineBytes: 0),
        ApiRoute.For(new DescribeQuorumHandler(raft, hasControllerListener), requires: AclOperation.Describe),
        .. controller.For(ControllerApis.UpdateFeatures, AclOperation.Alter),
        ApiRoute.For(new DescribeClusterHandler(image, clusterId, () => raft.LeaderAndEpoch.LeaderId ?? -1)),
        .. controller.For(ControllerApis.BrokerRegistration, AclOperation.ClusterAction),
        .. controller.For(ControllerApis.BrokerHeartbeat, AclOperation.ClusterAction),
        .. controller.For(ControllerApis.UnregisterBroker, AclOperation.Alter),
        .. controller.For(ControllerApis.ControllerRegistration, AclOperation.ClusterAction),
    ];
}
