using KafkaSharp.Broker.Provisioning;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Metadata.Authorization;
using KafkaSharp.Metadata.Client;

namespace KafkaSharp.Broker.Handlers.Producers;

/// <summary>The routes of producer ids.</summary>
internal static class ProducerRoutes
{
    public static IEnumerable<ApiRoute> Create(ControllerRoutes controller, ProducerIdAllocator producerIds) =>
    [
        ApiRoute.For(new InitProducerIdHandler(producerIds)),
        .. controller.For(ControllerApis.AllocateProducerIds, AclOperation.ClusterAction),
    ];
}
