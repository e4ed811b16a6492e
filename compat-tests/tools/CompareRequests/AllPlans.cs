using CompareRequests.Requests;
using CompareRequests.Requests.Groups;
using CompareRequests.Requests.Transactions;

namespace CompareRequests;

/// <summary>The plans, in the order in which they run.</summary>
internal static class AllPlans
{
    /// <summary>All but those of transactional ids, whose states take seconds each.</summary>
    public static readonly ApiPlan[] List =
    [
        .. DataPlans.List, .. TopicPlans.List, .. GroupPlans.List, .. GroupStatePlans.List,
        .. ClusterPlans.List, .. ConfigPlans.List,
        .. ControllerPlans.List,
    ];

    /// <summary>Those that an option selects.</summary>
    public static ApiPlan[] Of(string[] options) =>
        options.Contains("--transactions") ? TransactionPlans.List
        : options.Contains("--last-epochs") ? TransactionPlans.LastEpoch
        : options.Contains("--expired") ? TransactionPlans.Expired
        : options.Contains("--groups") && options.Contains("--quick") ? [.. GroupStatePlans.List.Where(plan => !plan.IsMutated)]
        : options.Contains("--groups") ? [.. GroupStatePlans.List, .. GroupPlans.List]
        : List;
}
