using System.Text.Json.Nodes;

namespace CompareRequests.Requests.Groups;

/// <summary>What members and administrators ask of a group.</summary>
internal static class GroupRequests
{
    public const string ClassicJoin =
        """
        {"GroupId":"@fresh","SessionTimeoutMs":60000,"RebalanceTimeoutMs":60000,"MemberId":"","ProtocolType":"consumer",
         "Protocols":[{"Name":"range","Metadata":"@subscription"}]}
        """;

    public const string Join =
        """
        {"GroupId":"@fresh","MemberId":"m1","MemberEpoch":0,"InstanceId":null,"RackId":null,"RebalanceTimeoutMs":60000,
         "SubscribedTopicNames":["@topic"],"ServerAssignor":null,"TopicPartitions":[]}
        """;

    public const string Stay = """{"GroupId":"@fresh","MemberId":"@member","MemberEpoch":"@generation"}""";

    private const string StayWithAll =
        """
        {"GroupId":"@fresh","MemberId":"@member","MemberEpoch":"@generation","RackId":"r","RebalanceTimeoutMs":60000,
         "SubscribedTopicNames":["@topic"],"ServerAssignor":"range","TopicPartitions":[{"TopicId":"@topicId","Partitions":[0]}]}
        """;

    /// <summary>Changed in every field.</summary>
    public static readonly (string Api, string Name, string Json)[] List =
    [
        ("ConsumerGroupHeartbeat", ": joins", Join),
        ("ConsumerGroupHeartbeat", ": stays", Stay),
        ("ConsumerGroupHeartbeat", ": all", StayWithAll),
        ("ConsumerGroupDescribe", "", """{"GroupIds":["@fresh"],"IncludeAuthorizedOperations":true}"""),
        ("JoinGroup", "", With(ClassicJoin, "\"MemberId\":\"@member\"")),
        ("SyncGroup", "",
            """
            {"GroupId":"@fresh","GenerationId":"@generation","MemberId":"@member","ProtocolType":"consumer","ProtocolName":"range",
             "Assignments":[{"MemberId":"@member","Assignment":"@assignment"}]}
            """),
        ("Heartbeat", "", """{"GroupId":"@fresh","GenerationId":"@generation","MemberId":"@member"}"""),
        ("LeaveGroup", "", """{"GroupId":"@fresh","MemberId":"@member","Members":[{"MemberId":"@member","Reason":"r"}]}"""),
        ("OffsetCommit", "",
            """
            {"GroupId":"@fresh","GenerationIdOrMemberEpoch":"@generation","MemberId":"@member","RetentionTimeMs":-1,
             "Topics":[{"Name":"@topic","TopicId":"@topicId",
             "Partitions":[{"PartitionIndex":0,"CommittedOffset":5,"CommittedLeaderEpoch":-1,"CommittedMetadata":"m"}]}]}
            """),
        ("OffsetFetch", "",
            """
            {"GroupId":"@fresh","Groups":[{"GroupId":"@fresh","MemberId":"@member","MemberEpoch":"@generation",
             "Topics":[{"Name":"@topic","TopicId":"@topicId","PartitionIndexes":[0]}]}],"RequireStable":false}
            """),
        ("OffsetDelete", "", """{"GroupId":"@fresh","Topics":[{"Name":"@topic","Partitions":[{"PartitionIndex":0}]}]}"""),
        ("DescribeGroups", "", """{"Groups":["@fresh"],"IncludeAuthorizedOperations":true}"""),
        ("DeleteGroups", "", """{"GroupsNames":["@fresh"]}"""),
    ];

    /// <summary>Sent as they are.</summary>
    public static readonly (string Api, string Name, string Json)[] Fixed =
    [
        ("JoinGroup", ": new", ClassicJoin),
        ("JoinGroup", ": new, with partitions", ClassicJoin.Replace("@subscription", "@owning", StringComparison.Ordinal)),
        ("JoinGroup", ": new, static", With(ClassicJoin, "\"GroupInstanceId\":\"i\"")),
        ("JoinGroup", ": new, malformed", ClassicJoin.Replace("@subscription", "@malformed", StringComparison.Ordinal)),
        ("JoinGroup", ": with partitions",
            With(ClassicJoin.Replace("@subscription", "@owning", StringComparison.Ordinal), "\"MemberId\":\"@member\"")),
        ("JoinGroup", ": another protocol",
            With(ClassicJoin.Replace("range", "other", StringComparison.Ordinal), "\"MemberId\":\"@member\"")),
        ("JoinGroup", ": static", With(ClassicJoin, "\"MemberId\":\"@member\",\"GroupInstanceId\":\"i\"")),
        ("ConsumerGroupHeartbeat", ": another joins", With(Join, "\"MemberId\":\"m9\"")),
        ("ConsumerGroupHeartbeat", ": another joins, static", With(Join, "\"MemberId\":\"m9\",\"InstanceId\":\"i\"")),
        ("ConsumerGroupHeartbeat", ": joins, static", With(Join, "\"MemberId\":\"@member\",\"InstanceId\":\"i\"")),
        ("ConsumerGroupHeartbeat", ": joins as it was", With(Join, "\"MemberId\":\"@member\"")),
        ("ConsumerGroupHeartbeat", ": stays, static", With(Stay, "\"InstanceId\":\"i\"")),
        ("ConsumerGroupHeartbeat", ": leaves", With(Stay, "\"MemberEpoch\":-1")),
        ("ConsumerGroupHeartbeat", ": leaves, static", With(Stay, "\"MemberEpoch\":-1,\"InstanceId\":\"i\"")),
        ("ConsumerGroupHeartbeat", ": leaves for a while", With(Stay, "\"MemberEpoch\":-2,\"InstanceId\":\"i\"")),
        ("ConsumerGroupHeartbeat", ": leaves for a while, dynamic", With(Stay, "\"MemberEpoch\":-2")),
        ("ConsumerGroupHeartbeat", ": pattern",
            With(Stay, "\"SubscribedTopicNames\":[],\"SubscribedTopicRegex\":\"none.*\",\"RebalanceTimeoutMs\":60000,\"TopicPartitions\":[]")),
        ("ConsumerGroupHeartbeat", ": nothing subscribed", With(Stay, "\"SubscribedTopicNames\":[]")),
        ("ConsumerGroupHeartbeat", ": unknown topic", With(Stay, "\"SubscribedTopicNames\":[\"no-such\"]")),
        ("ConsumerGroupHeartbeat", ": has nothing", With(Stay, "\"TopicPartitions\":[]")),
        ("LeaveGroup", ": an instance", With("{}", "\"GroupId\":\"@fresh\",\"Members\":[{\"MemberId\":\"\",\"GroupInstanceId\":\"i\"}]")),
        ("LeaveGroup", ": two members",
            With("{}", "\"GroupId\":\"@fresh\",\"Members\":[{\"MemberId\":\"@member\"},{\"MemberId\":\"m1\"}]")),
        ("LeaveGroup", ": the consumer member", With("{}", "\"GroupId\":\"@fresh\",\"Members\":[{\"MemberId\":\"m1\"}]")),
        ("Heartbeat", ": static",
            """{"GroupId":"@fresh","GenerationId":"@generation","MemberId":"@member","GroupInstanceId":"i"}"""),
        ("Heartbeat", ": the epoch before", """{"GroupId":"@fresh","GenerationId":"@generation-1","MemberId":"@member"}"""),
        ("OffsetCommit", ": an administrator",
            """
            {"GroupId":"@fresh","GenerationIdOrMemberEpoch":-1,"MemberId":"","Topics":[{"Name":"@topic","TopicId":"@topicId",
             "Partitions":[{"PartitionIndex":0,"CommittedOffset":5}]}]}
            """),
        ("OffsetCommit", ": the epoch before",
            """
            {"GroupId":"@fresh","GenerationIdOrMemberEpoch":"@generation-1","MemberId":"@member","Topics":[{"Name":"@topic",
             "TopicId":"@topicId","Partitions":[{"PartitionIndex":0,"CommittedOffset":5}]}]}
            """),
        ("OffsetCommit", ": static",
            """
            {"GroupId":"@fresh","GenerationIdOrMemberEpoch":"@generation","MemberId":"@member","GroupInstanceId":"i","Topics":[
             {"Name":"@topic","TopicId":"@topicId","Partitions":[{"PartitionIndex":1,"CommittedOffset":5}]}]}
            """),
        ("TxnOffsetCommit", "",
            """
            {"TransactionalId":"","GroupId":"@fresh","ProducerId":1,"ProducerEpoch":0,"GenerationId":"@generation","MemberId":"@member",
             "Topics":[{"Name":"@topic","Partitions":[{"PartitionIndex":0,"CommittedOffset":5}]}]}
            """),
        ("OffsetFetch", ": all",
            """{"Groups":[{"GroupId":"@fresh","MemberId":"@member","MemberEpoch":"@generation-1","Topics":null}],"RequireStable":true}"""),
        ("OffsetFetch", ": an administrator",
            """{"Groups":[{"GroupId":"@fresh","Topics":[{"Name":"@topic","TopicId":"@topicId","PartitionIndexes":[0,1]}]}]}"""),
        ("OffsetDelete", ": another topic",
            """{"GroupId":"@fresh","Topics":[{"Name":"@topic/2","Partitions":[{"PartitionIndex":0}]}]}"""),
    ];

    /// <summary>The request with these fields instead of its own, or in addition.</summary>
    public static string With(string request, string fields)
    {
        var changed = JsonNode.Parse(request)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse($"{{{fields}}}")!.AsObject())
            changed[name] = value?.DeepClone();
        return changed.ToJsonString();
    }
}
