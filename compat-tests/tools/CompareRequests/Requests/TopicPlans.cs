namespace CompareRequests.Requests;

/// <summary>Topics, their partitions and configs, and the metadata that clients read.</summary>
internal static class TopicPlans
{
    private static readonly ApiPlan s_createTopics = new("CreateTopics",
        ("",
        """{"Topics":[{"Name":"@fresh","NumPartitions":2,"ReplicationFactor":1,"Configs":[{"Name":"retention.ms","""
            + """ "Value":"1000"}]}],"TimeoutMs":10000}"""),
        ("assigned",
        """
        {"Topics":[{"Name":"@fresh","NumPartitions":-1,"ReplicationFactor":-1,"Assignments":[{"PartitionIndex":0,"BrokerIds":[1]}]}],
         "TimeoutMs":10000,"ValidateOnly":true}
        """))
    {
        After = [Steps.DescribeTopic, Steps.DescribeTopicConfigs],
        // The sum of both overflows; the exception makes Apache Kafka's controller resign for good.
        Excluded = new("NumPartitions = 2147483647, beside"),
    };

    private static readonly ApiPlan s_deleteTopics = new("DeleteTopics",
        ("", """{"Topics":[{"Name":"@fresh"}],"TopicNames":["@fresh"],"TimeoutMs":10000}"""),
        ("by id", """{"Topics":[{"Name":null,"TopicId":"@freshId"}],"TopicNames":["@fresh"],"TimeoutMs":10000}"""))
    {
        Before = [Steps.CreateTopic, Steps.SeeTopic],
        After = [Steps.DescribeTopic],
        // The other plans need the internal topics.
        Excluded = new("= .*\"__"),
    };

    private static readonly ApiPlan s_createPartitions = new("CreatePartitions",
        ("", """{"Topics":[{"Name":"@fresh","Count":3,"Assignments":null}],"TimeoutMs":10000}"""),
        ("assigned", """{"Topics":[{"Name":"@fresh","Count":3,"Assignments":[{"BrokerIds":[1]}]}],"TimeoutMs":10000}"""))
    {
        Before = [Steps.CreateTopic, Steps.CreateSecondTopic, Steps.SeeTopic],
        After = [Steps.DescribeTopic],
    };

    private static readonly ApiPlan s_electLeaders = new("ElectLeaders",
        """{"ElectionType":0,"TopicPartitions":[{"Topic":"@topic","Partitions":[0]}],"TimeoutMs":10000}""");

    private static readonly ApiPlan s_alterReassignments = new("AlterPartitionReassignments",
        """
        {"TimeoutMs":10000,"AllowReplicationFactorChange":true,"Topics":[{"Name":"@topic","Partitions":[{"PartitionIndex":0,
         "Replicas":[1]}]}]}
        """)
    {
        After = [new("ListPartitionReassignments", 0, """{"TimeoutMs":10000,"Topics":null}""")],
    };

    private static readonly ApiPlan s_listReassignments = new("ListPartitionReassignments",
        """{"TimeoutMs":10000,"Topics":[{"Name":"@topic","PartitionIndexes":[0]}]}""");

    private static readonly ApiPlan s_alterConfigs = new("AlterConfigs",
        """{"Resources":[{"ResourceType":2,"ResourceName":"@fresh","Configs":[{"Name":"retention.ms","Value":"5000"}]}],"""
            + """ "ValidateOnly":false}""")
    {
        Before = [Steps.CreateTopic, Steps.CreateSecondTopic, Steps.SeeTopic],
        After = [Steps.DescribeTopicConfigs],
    };

    private static readonly ApiPlan s_incrementalAlterConfigs = new("IncrementalAlterConfigs",
        """
        {"Resources":[{"ResourceType":2,"ResourceName":"@fresh","Configs":[{"Name":"retention.ms","ConfigOperation":0,"Value":"5000"}]}],
         "ValidateOnly":false}
        """)
    {
        Before = [Steps.CreateTopic, Steps.CreateSecondTopic, Steps.SeeTopic],
        After = [Steps.DescribeTopicConfigs],
    };

    private static readonly ApiPlan s_alterReplicaLogDirs = new("AlterReplicaLogDirs",
        ("", """{"Dirs":[{"Path":"@directory/2","Topics":[{"Name":"@fresh","Partitions":[0]}]}]}"""),
        ("where it is", """{"Dirs":[{"Path":"@directory","Topics":[{"Name":"@fresh","Partitions":[0]}]}]}"""))
    {
        Before =
        [
            Steps.CreateTopic, Steps.SeeTopic, Steps.SeeLeader,
            new("AlterReplicaLogDirs", 2, """{"Dirs":[{"Path":"@directory","Topics":[{"Name":"@fresh","Partitions":[0,1]}]}]}"""),
            Steps.DescribeDirectories with { Awaited = "Results[0].Topics[0].Partitions[0].IsFutureKey", Expected = false },
            Steps.DescribeDirectories with { Awaited = "Results[0].Topics[0].Partitions[1].IsFutureKey", Expected = false },
        ],
        After = [Steps.DescribeDirectories],
    };

    public static readonly ApiPlan[] List =
    [
        new("Metadata",
            ("", """{"Topics":[{"TopicId":null,"Name":"@topic"}],"AllowAutoTopicCreation":false,"IncludeTopicAuthorizedOperations":true}"""
                .Replace("null", "\"\"", StringComparison.Ordinal)),
            ("by id", """{"Topics":[{"TopicId":"@topicId","Name":null}],"AllowAutoTopicCreation":false}"""),
            ("unknown", """{"Topics":[{"TopicId":"","Name":"@fresh"}],"AllowAutoTopicCreation":false,"""
                + """ "IncludeTopicAuthorizedOperations":true}"""))
        {
            // Apache Kafka creates it, with the partitions of its transaction coordinator.
            Excluded = new("__transaction_state"),
        },
        new("DescribeTopicPartitions",
            ("", """{"Topics":[{"Name":"@topic"}],"ResponsePartitionLimit":2000,"Cursor":null}"""),
            ("cursor", """{"Topics":[{"Name":"@topic"},{"Name":"@topic/2"}],"ResponsePartitionLimit":1,"""
                + """ "Cursor":{"TopicName":"@topic","PartitionIndex":1}}""")),
        s_createTopics,
        s_createTopics with { OnController = true },
        s_deleteTopics,
        s_deleteTopics with { OnController = true },
        s_createPartitions,
        s_createPartitions with { OnController = true },
        s_electLeaders,
        s_electLeaders with { OnController = true },
        s_alterReassignments,
        s_alterReassignments with { OnController = true },
        s_listReassignments,
        s_listReassignments with { OnController = true },
        new("DescribeConfigs",
            """
            {"Resources":[{"ResourceType":2,"ResourceName":"@topic","ConfigurationKeys":["retention.ms","max.message.bytes"]}],
             "IncludeSynonyms":true,"IncludeDocumentation":false}
            """),
        s_alterConfigs,
        s_alterConfigs with { OnController = true },
        s_incrementalAlterConfigs,
        s_incrementalAlterConfigs with { OnController = true },
        new("ListConfigResources", """{"ResourceTypes":[16]}"""),
        new("DescribeLogDirs", """{"Topics":[{"Topic":"@filled","Partitions":[0]}]}"""),
        s_alterReplicaLogDirs,
    ];
}
