using KafkaSharp.Broker.Requests;
using KafkaSharp.Coordinators;

namespace KafkaSharp.Broker.Handlers.Groups;

/// <summary>The routes of consumer groups and their offsets.</summary>
static class GroupRoutes
{
    public static IEnumerable<ApiRoute> Create(GroupCoordinator groups, ICoordinatorLocator locator) =>
    [
        ApiRoute.For(new OffsetCommitHandler(groups)),
        ApiRoute.For(new OffsetFetchHandler(groups)),
        ApiRoute.For(new FindCoordinatorHandler(locator)),
        ApiRoute.For(new JoinGroupHandler(groups)),
        ApiRoute.For(new HeartbeatHandler(groups)),
        ApiRoute.For(new LeaveGroupHandler(groups)),
        ApiRoute.For(new SyncGroupHandler(groups)),
        ApiRoute.For(new DescribeGroupsHandler(groups)),
        ApiRoute.For(new ListGroupsHandler(groups)),
        ApiRoute.For(new DeleteGroupsHandler(groups)),
        ApiRoute.For(new OffsetDeleteHandler(groups)),
    ];
}
