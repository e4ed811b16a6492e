using System.Text.RegularExpressions;

namespace CompareRequests.Requests.Groups;

/// <summary>The requests of every kind to a group in each of its states.</summary>
internal static class GroupStatePlans
{
    private static readonly (string Name, GroupState[] States)[] s_kinds =
        [("", GroupStates.Classic), ("consumer group, ", GroupStates.Consumer), ("mixed group, ", GroupStates.Mixed)];

    // Other cases use the same group, at the same time.
    private static readonly Regex s_otherGroup = new(@"^(Groups\[0\]\.)?(Group(Id|Ids|sNames)|Groups) = ");

    private static readonly Step[] s_after =
        [Steps.DescribeConsumerGroup, Steps.DescribeGroup, Steps.ListGroup, Steps.Offsets];

    public static readonly ApiPlan[] List =
    [
        .. s_kinds.SelectMany(kind => Plans(kind.Name, kind.States, isMutated: false)),
        .. s_kinds.SelectMany(kind => Plans(kind.Name, kind.States.Where(state => state.IsMutated), isMutated: true)),
        new("ConsumerGroupHeartbeat", ("regex", GroupRequests.With(
            GroupRequests.Join, "\"SubscribedTopicNames\":[],\"SubscribedTopicRegex\":\"none.*\""))),
    ];

    private static IEnumerable<ApiPlan> Plans(string kind, IEnumerable<GroupState> states, bool isMutated) =>
        from state in states
        from requests in (isMutated ? GroupRequests.List : [.. GroupRequests.List, .. GroupRequests.Fixed]).GroupBy(request => request.Api)
        select new ApiPlan(requests.Key, [.. requests.Select(request => (kind + state.Name + request.Name, request.Json))])
        {
            Before = state.Before,
            After = s_after,
            IsMutated = isMutated,
            Excluded = s_otherGroup,
            IsIndependent = true,
            // Its versions differ in what they check.
            IsLatestOnly = requests.Key != "ConsumerGroupHeartbeat",
        };
}
