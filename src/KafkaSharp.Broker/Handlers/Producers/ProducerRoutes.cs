using KafkaSharp.Broker.Replication;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators.Transactions;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Metadata.Client;
using KafkaSharp.Metadata.Images;

namespace KafkaSharp.Broker.Handlers.Producers;

/// <summary>The routes of producer ids.</summary>
internal static class ProducerRoutes
{
    public static IEnumerable<ApiRoute> Create(
        ControllerRoutes controller, ReplicaManager replicas, Func<MetadataImage> image, ITransactionMarkerSender markers) =>
    [
        // On a lane: a small request may ask for many producers.
        ApiRoute.For(new DescribeProducersHandler(replicas, image), inlineBytes: 0),
        ApiRoute.For(new WriteTxnMarkersHandler(markers)),
        .. controller.For(ControllerApis.AllocateProducerIds, AclOperation.ClusterAction),
    ];
}
