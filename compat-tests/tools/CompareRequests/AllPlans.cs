using CompareRequests.Requests;
using CompareRequests.Requests.Transactions;

namespace CompareRequests;

/// <summary>The plans, in the order in which they run.</summary>
internal static class AllPlans
{
    /// <summary>All but those of transactional ids, whose states take seconds each.</summary>
    public static readonly ApiPlan[] List =
    [
        .. DataPlans.List, .. TopicPlans.List, .. GroupPlans.List, .. GroupStatePlans.List, .. ClusterPlans.List, .. ConfigPlans.List,
        .. ControllerPlans.List,
    ];

    /// <summary>The requests to transactional ids in each state.</summary>
    public static ApiPlan[] Transactions => TransactionPlans.List;
}
