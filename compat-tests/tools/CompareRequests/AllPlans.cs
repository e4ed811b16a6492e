using CompareRequests.Requests;
using CompareRequests.Requests.Transactions;

namespace CompareRequests;

/// <summary>All plans, in the order in which they run.</summary>
internal static class AllPlans
{
    public static readonly ApiPlan[] List =
    [
        .. DataPlans.List, .. TopicPlans.List, .. GroupPlans.List, .. GroupStatePlans.List, .. TransactionPlans.List,
        .. ClusterPlans.List, .. ConfigPlans.List, .. ControllerPlans.List,
    ];
}
