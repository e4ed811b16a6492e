namespace CompareRequests.Requests;

/// <summary>The requests of members and administrators to a group in each of its states.</summary>
internal static class GroupStatePlans
{
    private static readonly Step s_leave = new("LeaveGroup", 2, """{"GroupId":"@fresh","MemberId":"@member"}""");

    private static readonly Step s_secondJoins = new("JoinGroup", 3,
        """
        {"GroupId":"@fresh","SessionTimeoutMs":60000,"RebalanceTimeoutMs":60000,"MemberId":"","ProtocolType":"consumer",
         "Protocols":[{"Name":"range","Metadata":"@metadata"}]}
        """) { IsPending = true };

    private static readonly Step s_joinStatic = new("JoinGroup", 5,
        """
        {"GroupId":"@fresh","SessionTimeoutMs":60000,"RebalanceTimeoutMs":60000,"MemberId":"","GroupInstanceId":"i","ProtocolType":"consumer",
         "Protocols":[{"Name":"range","Metadata":"@metadata"}]}
        """, ("member", "MemberId"), ("generation", "GenerationId"));

    private static readonly Step s_handOutId = new("JoinGroup", 4,
        """
        {"GroupId":"@fresh","SessionTimeoutMs":60000,"RebalanceTimeoutMs":60000,"MemberId":"","ProtocolType":"consumer",
         "Protocols":[{"Name":"range","Metadata":"@metadata"}]}
        """, ("member", "MemberId"), ("generation", "GenerationId"));

    private static readonly (string Name, Step[] Before)[] s_states =
    [
        ("no group", []),
        ("offsets only", [Steps.Commit]),
        ("member id handed out", [s_handOutId]),
        ("completing", [Steps.Join]),
        ("preparing", [Steps.Join, Steps.Sync, s_secondJoins, Await("PreparingRebalance")]),
        ("static", [s_joinStatic, Steps.Sync, Await("Stable")]),
        ("empty", [Steps.Join, Steps.Sync, s_leave]),
    ];

    /// <summary>What members and administrators ask of a group.</summary>
    public static readonly (string Api, string Json)[] Requests =
    [
        ("JoinGroup",
            """
            {"GroupId":"@fresh","SessionTimeoutMs":60000,"RebalanceTimeoutMs":60000,"MemberId":"@member","ProtocolType":"consumer",
             "Protocols":[{"Name":"range","Metadata":"@metadata"}]}
            """),
        ("SyncGroup",
            """
            {"GroupId":"@fresh","GenerationId":"@generation","MemberId":"@member","ProtocolType":"consumer","ProtocolName":"range",
             "Assignments":[{"MemberId":"@member","Assignment":"@metadata"}]}
            """),
        ("Heartbeat", """{"GroupId":"@fresh","GenerationId":"@generation","MemberId":"@member"}"""),
        ("LeaveGroup", """{"GroupId":"@fresh","MemberId":"@member","Members":[{"MemberId":"@member","Reason":"r"}]}"""),
        ("OffsetCommit",
            """
            {"GroupId":"@fresh","GenerationIdOrMemberEpoch":"@generation","MemberId":"@member","RetentionTimeMs":-1,
             "Topics":[{"Name":"@topic","TopicId":"@topicId",
             "Partitions":[{"PartitionIndex":0,"CommittedOffset":5,"CommittedLeaderEpoch":-1,"CommittedMetadata":"m"}]}]}
            """),
        ("OffsetFetch",
            """
            {"GroupId":"@fresh","Groups":[{"GroupId":"@fresh","MemberId":"@member","MemberEpoch":"@generation",
             "Topics":[{"Name":"@topic","TopicId":"@topicId","PartitionIndexes":[0]}]}],"RequireStable":false}
            """),
        ("OffsetDelete", """{"GroupId":"@fresh","Topics":[{"Name":"@topic","Partitions":[{"PartitionIndex":0}]}]}"""),
        ("DescribeGroups", """{"Groups":["@fresh"],"IncludeAuthorizedOperations":true}"""),
        ("DeleteGroups", """{"GroupsNames":["@fresh"]}"""),
    ];

    public static readonly ApiPlan[] List =
    [
        .. from state in s_states
           from request in Requests
           select new ApiPlan(request.Api, (state.Name, request.Json))
           {
               Before = state.Before,
               After = [Steps.DescribeGroup, Steps.Offsets],
               IsLatestOnly = true,
           },
    ];

    private static Step Await(string state) =>
        Steps.DescribeGroup with { Awaited = "Groups[0].GroupState", Expected = state };
}
