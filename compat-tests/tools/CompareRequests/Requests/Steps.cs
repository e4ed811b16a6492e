namespace CompareRequests.Requests;

/// <summary>Requests that several plans need.</summary>
internal static class Steps
{
    public static readonly Step CreateTopic = new("CreateTopics", 7,
        """{"Topics":[{"Name":"@fresh","NumPartitions":2,"ReplicationFactor":1}],"TimeoutMs":10000}""", ("freshId", "Topics[0].TopicId"));

    /// <summary>A topic for which the broker compresses records, unless they have this compression already.</summary>
    public static readonly Step CreateGzipTopic = new("CreateTopics", 7,
        """
        {"Topics":[{"Name":"@fresh","NumPartitions":2,"ReplicationFactor":1,"Configs":[{"Name":"compression.type","Value":"gzip"}]}],
         "TimeoutMs":10000}
        """, ("freshId", "Topics[0].TopicId"));

    public static readonly Step SeeTopic = new("DescribeTopicPartitions", 0, """{"Topics":[{"Name":"@fresh"}]}""")
    {
        Awaited = "Topics[0].ErrorCode",
    };

    public static readonly Step SeeLeader = new("ListOffsets", 7,
        """
        {"ReplicaId":-1,"Topics":[{"Name":"@fresh","Partitions":[{"PartitionIndex":0,"CurrentLeaderEpoch":-1,"Timestamp":-1},
         {"PartitionIndex":1,"CurrentLeaderEpoch":-1,"Timestamp":-1}]}]}
        """)
    {
        Awaited = "Topics[0].Partitions[1].ErrorCode",
    };

    public static readonly Step CreateSecondTopic = new("CreateTopics", 7,
        """{"Topics":[{"Name":"@fresh/2","NumPartitions":2,"ReplicationFactor":1}],"""
            + """ "TimeoutMs":10000}""", ("freshId/2", "Topics[0].TopicId"));

    public static readonly Step DescribeTopic = new("DescribeTopicPartitions", 0, """{"Topics":[{"Name":"@fresh"}]}""");

    public static readonly Step DescribeTopicConfigs = new("DescribeConfigs", 4,
        """{"Resources":[{"ResourceType":2,"ResourceName":"@fresh","ConfigurationKeys":["retention.ms","cleanup.policy","""
            + """ "max.message.bytes"]}]}""");

    public static readonly Step DescribeDirectories = new("DescribeLogDirs", 4,
        """{"Topics":[{"Topic":"@fresh","Partitions":[0,1]}]}""");

    public static readonly Step DescribeGroup = new("DescribeGroups", 6, """{"Groups":["@fresh"]}""");

    public static readonly Step DescribeConsumerGroup = new("ConsumerGroupDescribe", 1,
        """{"GroupIds":["@fresh"],"IncludeAuthorizedOperations":false}""");

    /// <summary>The group among those of the type and the state that it may have.</summary>
    public static readonly Step ListGroup = new("ListGroups", 5,
        """{"StatesFilter":["empty","preparingREBALANCE","CompletingRebalance","Assigning","Reconciling","Stable"],"TypesFilter":[]}""")
    {
        Selected = "Groups",
    };

    /// <summary>The first member of a group named like the case.</summary>
    public static readonly Step Join = new("JoinGroup", 3,
        """
        {"GroupId":"@fresh","SessionTimeoutMs":60000,"RebalanceTimeoutMs":60000,"MemberId":"","ProtocolType":"consumer",
         "Protocols":[{"Name":"range","Metadata":"@subscription"}]}
        """,
        ("member", "MemberId"), ("generation", "GenerationId"));

    public static readonly Step Sync = new("SyncGroup", 3,
        """
        {"GroupId":"@fresh","GenerationId":"@generation","MemberId":"@member","Assignments":[{"MemberId":"@member",
         "Assignment":"@assignment"}]}
        """);

    public static readonly Step Commit = new("OffsetCommit", 8,
        """
        {"GroupId":"@fresh","GenerationIdOrMemberEpoch":-1,"MemberId":"","Topics":[
         {"Name":"@topic","Partitions":[{"PartitionIndex":0,"CommittedOffset":2,"CommittedMetadata":"m"},{"PartitionIndex":1,
          "CommittedOffset":1}]},
         {"Name":"@topic/2","Partitions":[{"PartitionIndex":0,"CommittedOffset":3}]}]}
        """);

    public static readonly Step Offsets = new("OffsetFetch", 8, """{"Groups":[{"GroupId":"@fresh","Topics":null}]}""");

    /// <summary>A fetch session with one partition, which has been read to its third record.</summary>
    public static readonly Step StartSession = new("Fetch", 13,
        """
        {"ReplicaId":-1,"MaxWaitMs":100,"MinBytes":0,"MaxBytes":1000000,"SessionId":0,"SessionEpoch":0,
         "Topics":[{"TopicId":"@filledId","Partitions":[{"Partition":0,"CurrentLeaderEpoch":-1,"FetchOffset":2,"LastFetchedEpoch":-1,
          "LogStartOffset":-1,"PartitionMaxBytes":1}]}]}
        """,
        ("session", "SessionId"));

    /// <summary>What the session reads after the case.</summary>
    public static readonly Step FetchInSession = new("Fetch", 13,
        """{"ReplicaId":-1,"MaxWaitMs":0,"MinBytes":0,"MaxBytes":1000000,"SessionId":"@session","SessionEpoch":2}""");

    public static readonly Step LogEnds = new("ListOffsets", 7,
        """
        {"ReplicaId":-1,"Topics":[{"Name":"@topic","Partitions":[{"PartitionIndex":0,"Timestamp":-1},{"PartitionIndex":1,"Timestamp":-1}]}]}
        """);

    public static readonly Step Quotas = new("DescribeClientQuotas", 1,
        """
        {"Components":[{"EntityType":"user","MatchType":0,"Match":"@fresh"}]}
        """);

    /// <summary>A broker that has registered and is fenced; its id is that of no other.</summary>
    public static readonly Step RegisterBroker = new("BrokerRegistration", 4,
        """
        {"BrokerId":900,"ClusterId":"AbCdEfGhIjKlMnOpQrStUg","IncarnationId":"AAAAAAAAAAAAAAAAAAAJAA",
         "Listeners":[{"Name":"PLAINTEXT","Host":"127.0.0.1","Port":9,"SecurityProtocol":0}],
         "Features":[{"Name":"metadata.version","MinSupportedVersion":7,"MaxSupportedVersion":30},
          {"Name":"group.version","MinSupportedVersion":0,"MaxSupportedVersion":1},
          {"Name":"transaction.version","MinSupportedVersion":0,"MaxSupportedVersion":2},
          {"Name":"share.version","MinSupportedVersion":0,"MaxSupportedVersion":1},
          {"Name":"streams.version","MinSupportedVersion":0,"MaxSupportedVersion":1},
          {"Name":"kraft.version","MinSupportedVersion":0,"MaxSupportedVersion":1},
          {"Name":"eligible.leader.replicas.version","MinSupportedVersion":0,"MaxSupportedVersion":1}],
         "LogDirs":["AAAAAAAAAAAAAAAAAAAJAQ"]}
        """,
        ("brokerEpoch", "BrokerEpoch")) { OnController = true };
}
