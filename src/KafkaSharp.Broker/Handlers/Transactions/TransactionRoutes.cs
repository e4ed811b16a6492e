using KafkaSharp.Broker.Provisioning;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators.GroupService;
using KafkaSharp.Coordinators.TransactionService;
using KafkaSharp.Metadata.Images;
using KafkaSharp.Protocol;

namespace KafkaSharp.Broker.Handlers.Transactions;

/// <summary>The routes of the transaction coordinator.</summary>
internal static class TransactionRoutes
{
    public static IEnumerable<ApiRoute> Create(
        TransactionCoordinator coordinator, GroupCoordinator groups, ProducerIdAllocator producerIds, Func<MetadataImage> image,
        bool unstableVersions) =>
    [
        ApiRoute.For(
            new InitProducerIdHandler(producerIds, coordinator.Producers),
            highestVersion: unstableVersions ? ApiVersionRanges.Get(ApiKey.InitProducerId).Highest : null),
        ApiRoute.For(new AddPartitionsToTxnHandler(coordinator.Producers, image)),
        ApiRoute.For(new AddOffsetsToTxnHandler(coordinator.Producers, groups)),
        ApiRoute.For(new EndTxnHandler(coordinator.Producers)),
        ApiRoute.For(new ListTransactionsHandler(coordinator.Administration)),
        ApiRoute.For(new DescribeTransactionsHandler(coordinator.Administration)),
    ];
}
