namespace CompareRequests.Requests.Groups;

/// <summary>Consumer groups and their offsets.</summary>
internal static class GroupPlans
{
    private const string CommitRequest =
        """
        {"GroupId":"@fresh","GenerationIdOrMemberEpoch":-1,"MemberId":"","RetentionTimeMs":-1,"Topics":[{"Name":"@topic",
         "TopicId":"@topicId",
         "Partitions":[{"PartitionIndex":0,"CommittedOffset":5,"CommittedLeaderEpoch":-1,"CommittedMetadata":"m"}]}]}
        """;

    public static readonly ApiPlan[] List =
    [
        new("FindCoordinator", """{"Key":"@fresh","KeyType":0,"CoordinatorKeys":["@fresh"]}"""),
        new("JoinGroup",
            ("",
            """
            {"GroupId":"@fresh","SessionTimeoutMs":60000,"RebalanceTimeoutMs":60000,"MemberId":"","ProtocolType":"consumer",
             "Protocols":[{"Name":"range","Metadata":"@subscription"}],"Reason":"r"}
            """),
            ("static",
            """
            {"GroupId":"@fresh","SessionTimeoutMs":60000,"RebalanceTimeoutMs":60000,"MemberId":"","GroupInstanceId":"i",
             "ProtocolType":"consumer",
             "Protocols":[{"Name":"range","Metadata":"@subscription"}]}
            """)) { After = [Steps.DescribeGroup] },
        new("JoinGroup",
            ("again",
            """
            {"GroupId":"@fresh","SessionTimeoutMs":60000,"RebalanceTimeoutMs":60000,"MemberId":"@member","ProtocolType":"consumer",
             "Protocols":[{"Name":"range","Metadata":"@subscription"}]}
            """)) { Before = [Steps.Join, Steps.Sync], After = [Steps.DescribeGroup] },
        new("SyncGroup",
            """
            {"GroupId":"@fresh","GenerationId":"@generation","MemberId":"@member","ProtocolType":"consumer","ProtocolName":"range",
             "Assignments":[{"MemberId":"@member","Assignment":"@assignment"}]}
            """) { Before = [Steps.Join], After = [Steps.DescribeGroup] },
        new("Heartbeat", """{"GroupId":"@fresh","GenerationId":"@generation","MemberId":"@member"}""")
        {
            Before = [Steps.Join, Steps.Sync],
        },
        new("LeaveGroup",
            ("", """{"GroupId":"@fresh","MemberId":"@member","Members":[{"MemberId":"@member","Reason":"r"}]}"""))
        {
            Before = [Steps.Join, Steps.Sync],
            After = [Steps.DescribeGroup],
        },
        new("OffsetCommit", ("", CommitRequest)) { After = [Steps.Offsets, Steps.DescribeGroup] },
        new("OffsetCommit", ("member", CommitRequest
            .Replace("""GenerationIdOrMemberEpoch":-1""", """GenerationIdOrMemberEpoch":"@generation" """, StringComparison.Ordinal)
            .Replace("""MemberId":"" """.TrimEnd(), """MemberId":"@member" """, StringComparison.Ordinal)))
        {
            Before = [Steps.Join, Steps.Sync],
            After = [Steps.Offsets],
        },
        new("OffsetFetch",
            """
            {"GroupId":"@fresh","Topics":[{"Name":"@topic","PartitionIndexes":[0]}],
             "Groups":[{"GroupId":"@fresh","MemberId":null,"MemberEpoch":-1,"Topics":[{"Name":"@topic","TopicId":"@topicId",
              "PartitionIndexes":[0]}]}],
             "RequireStable":false}
            """) { Before = [Steps.Commit] },
        new("OffsetDelete", """{"GroupId":"@fresh","Topics":[{"Name":"@topic","Partitions":[{"PartitionIndex":0}]}]}""")
        {
            Before = [Steps.Commit],
            After = [Steps.Offsets],
        },
        new("DescribeGroups", """{"Groups":["@fresh"],"IncludeAuthorizedOperations":false}""") { Before = [Steps.Join, Steps.Sync] },
        new("DeleteGroups", """{"GroupsNames":["@fresh"]}""") { Before = [Steps.Commit], After = [Steps.DescribeGroup] },
        new("ListGroups", """{"StatesFilter":["Stable"],"TypesFilter":["classic"]}"""),
    ];
}
