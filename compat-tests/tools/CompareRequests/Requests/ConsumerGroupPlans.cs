namespace CompareRequests.Requests;

/// <summary>Groups of the consumer protocol (KIP-848), and the requests of every kind to a group in each of their states.</summary>
internal static class ConsumerGroupPlans
{
    private const string Stay = """{"GroupId":"@fresh","MemberId":"@member","MemberEpoch":"@generation"}""";

    private const string Full =
        """
        {"GroupId":"@fresh","MemberId":"@member","MemberEpoch":"@generation","RackId":"r","RebalanceTimeoutMs":60000,
         "SubscribedTopicNames":["@topic"],"ServerAssignor":"range","TopicPartitions":[{"TopicId":"@topicId","Partitions":[0]}]}
        """;

    private const string JoinRequest =
        """
        {"GroupId":"@fresh","MemberId":"m1","MemberEpoch":0,"InstanceId":null,"RackId":null,"RebalanceTimeoutMs":60000,
         "SubscribedTopicNames":["@topic"],"ServerAssignor":null,"TopicPartitions":[]}
        """;

    private static readonly Step s_join = new("ConsumerGroupHeartbeat", 1, JoinRequest,
        ("member", "MemberId"), ("generation", "MemberEpoch"));

    private static readonly Step s_joinStatic = new("ConsumerGroupHeartbeat", 1,
        JoinRequest.Replace("\"InstanceId\":null", "\"InstanceId\":\"i\"", StringComparison.Ordinal),
        ("member", "MemberId"), ("generation", "MemberEpoch"));

    // The first member has both partitions and is asked to give up one of them.
    private static readonly Step[] s_revoking =
    [
        s_join, new("ConsumerGroupHeartbeat", 1, JoinRequest.Replace("m1", "m2", StringComparison.Ordinal)),
        new("ConsumerGroupHeartbeat", 1, Stay),
    ];

    private static readonly (string Name, Step[] Before)[] s_states =
    [
        ("no group", []),
        ("one member", [s_join]),
        ("revoking", s_revoking),
        ("static", [s_joinStatic]),
        ("static, away", [s_joinStatic, Leave(-2, "i")]),
        ("left", [s_join, Leave(-1, null)]),
        ("offsets only", [Steps.Commit]),
        ("classic", [Steps.Join, Steps.Sync]),
    ];

    private static readonly Step s_describe = new("ConsumerGroupDescribe", 1,
        """{"GroupIds":["@fresh"],"IncludeAuthorizedOperations":false}""");

    public static readonly ApiPlan[] List =
    [
        .. from state in s_states
           select new ApiPlan(
               "ConsumerGroupHeartbeat",
               ($"{state.Name}: joins", JoinRequest), ($"{state.Name}: stays", Stay), ($"{state.Name}: all", Full))
           {
               Before = state.Before,
               After = [s_describe],
           },
        new("ConsumerGroupHeartbeat",
            ("regex", JoinRequest.Replace(
                "\"SubscribedTopicNames\":[\"@topic\"]", "\"SubscribedTopicNames\":[],\"SubscribedTopicRegex\":\"none.*\"",
                StringComparison.Ordinal))),
        .. from state in s_states
           select new ApiPlan("ConsumerGroupDescribe", (state.Name, """{"GroupIds":["@fresh"],"IncludeAuthorizedOperations":true}"""))
           {
               Before = state.Before,
           },
        .. from state in s_states.Skip(1).Take(5)
           from request in GroupStatePlans.Requests
           select new ApiPlan(request.Api, ("consumer group, " + state.Name, request.Json))
           {
               Before = state.Before,
               After = [s_describe, Steps.Offsets],
               IsLatestOnly = true,
           },
    ];

    private static Step Leave(int epoch, string? instanceId) => new("ConsumerGroupHeartbeat", 1, new Dictionary<string, object?>
    {
        ["GroupId"] = "@fresh", ["MemberId"] = "@member", ["MemberEpoch"] = (long)epoch, ["InstanceId"] = instanceId,
    });
}
