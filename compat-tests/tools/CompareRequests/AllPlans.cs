using CompareRequests.Requests;
using CompareRequests.Requests.Transactions;

namespace CompareRequests;

/// <summary>The plans, in the order in which they run.</summary>
internal static class AllPlans
{
    /// <summary>All but those of transactional ids, whose states take seconds each.</summary>
    public static readonly ApiPlan[] List =
    [
        .. DataPlans.List, .. TopicPlans.List, .. GroupPlans.List, .. GroupStatePlans.List, .. ConsumerGroupPlans.List,
        .. ClusterPlans.List, .. ConfigPlans.List,
        .. ControllerPlans.List,
    ];

    /// <summary>Those that an option selects.</summary>
    public static ApiPlan[] Of(string[] options) =>
        options.Contains("--transactions") ? TransactionPlans.List
        : options.Contains("--last-epochs") ? TransactionPlans.LastEpoch
        : options.Contains("--expired") ? TransactionPlans.Expired
        : List;
}
