using KafkaSharp.Broker.Coordination;
using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators.GroupService;

namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>The routes of groups, committed offsets and coordinators.</summary>
internal static class GroupRoutes
{
    public static IEnumerable<ApiRoute> Create(
        GroupCoordinator coordinator, ICoordinatorLocator locator, ConsumerProtocol consumerProtocol) =>
    [
        ApiRoute.For(new FindCoordinatorHandler(locator)),
        ApiRoute.For(new JoinGroupHandler(coordinator.Classic)),
        ApiRoute.For(new SyncGroupHandler(coordinator.Classic)),
        ApiRoute.For(new HeartbeatHandler(coordinator.Classic)),
        ApiRoute.For(new LeaveGroupHandler(coordinator.Classic)),
        ApiRoute.For(new DescribeGroupsHandler(coordinator.Classic)),
        ApiRoute.For(new ConsumerGroupHeartbeatHandler(coordinator.Consumer, consumerProtocol)),
        ApiRoute.For(new ConsumerGroupDescribeHandler(coordinator.Consumer, consumerProtocol)),
        ApiRoute.For(new ListGroupsHandler(coordinator.Administration)),
        ApiRoute.For(new DeleteGroupsHandler(coordinator.Administration)),
        ApiRoute.For(new OffsetCommitHandler(coordinator.Offsets)),
        ApiRoute.For(new OffsetFetchHandler(coordinator.Offsets)),
        ApiRoute.For(new OffsetDeleteHandler(coordinator.Offsets)),
        ApiRoute.For(new TxnOffsetCommitHandler(coordinator.TransactionalOffsets)),
    ];
}
