namespace CompareRequests.Requests;

/// <summary>Records and offsets.</summary>
internal static class DataPlans
{
    public static readonly ApiPlan[] List =
    [
        new("Produce",
            """
            {"Acks":-1,"TimeoutMs":1000,"TopicData":[{"Name":"@topic","TopicId":"@topicId","PartitionData":[{"Index":0,
             "Records":"@records"}]}]}
            """)
        {
            After = [Steps.LogEnds],
        },
        new("Produce",
            ("compressing",
            """
            {"Acks":-1,"TimeoutMs":1000,"TopicData":[{"Name":"@fresh","TopicId":"@freshId","PartitionData":[{"Index":0,
             "Records":"@records"}]}]}
            """))
        {
            Before = [Steps.CreateGzipTopic, Steps.SeeLeader],
            IsLatestOnly = true,
        },
        new("Fetch",
            ("",
            """
            {"ReplicaId":-1,"MaxWaitMs":100,"MinBytes":0,"MaxBytes":1000000,"IsolationLevel":0,"SessionId":0,"SessionEpoch":-1,
             "Topics":[{"Topic":"@filled","TopicId":"@filledId","Partitions":[
              {"Partition":0,"CurrentLeaderEpoch":-1,"FetchOffset":0,"LastFetchedEpoch":-1,"LogStartOffset":-1,
               "PartitionMaxBytes":1000000}]}]}
            """),
            ("new session",
            """
            {"ReplicaId":-1,"MaxWaitMs":100,"MinBytes":0,"MaxBytes":1000000,"SessionId":0,"SessionEpoch":0,
             "Topics":[{"Topic":"@filled","TopicId":"@filledId","Partitions":[
              {"Partition":0,"CurrentLeaderEpoch":0,"FetchOffset":1,"LastFetchedEpoch":0,"LogStartOffset":0,"PartitionMaxBytes":1}]}],
             "ForgottenTopicsData":[{"Topic":"@filled","TopicId":"@filledId","Partitions":[1]}],"RackId":"r"}
            """),
            ("two partitions",
            """
            {"ReplicaId":-1,"MaxWaitMs":100,"MinBytes":1,"MaxBytes":200,"SessionId":0,"SessionEpoch":-1,
             "Topics":[{"Topic":"@filled","TopicId":"@filledId","Partitions":[
              {"Partition":1,"CurrentLeaderEpoch":-1,"FetchOffset":0,"LastFetchedEpoch":-1,"LogStartOffset":-1,"PartitionMaxBytes":1},
              {"Partition":0,"CurrentLeaderEpoch":-1,"FetchOffset":0,"LastFetchedEpoch":-1,"LogStartOffset":-1,"PartitionMaxBytes":1}]}]}
            """)),
        new("Fetch",
            ("replaces the partition of a session",
            """
            {"ReplicaId":-1,"MaxWaitMs":100,"MinBytes":0,"MaxBytes":1000000,"SessionId":"@session","SessionEpoch":1,
             "Topics":[{"TopicId":"@filledId","Partitions":[
              {"Partition":1,"CurrentLeaderEpoch":-1,"FetchOffset":1,"LastFetchedEpoch":-1,"LogStartOffset":-1,"PartitionMaxBytes":1}]}],
             "ForgottenTopicsData":[{"TopicId":"@filledId","Partitions":[0]}]}
            """),
            ("adds to a session what it forgets",
            """
            {"ReplicaId":-1,"MaxWaitMs":100,"MinBytes":0,"MaxBytes":1000000,"SessionId":"@session","SessionEpoch":1,
             "Topics":[{"TopicId":"@filledId","Partitions":[
              {"Partition":1,"CurrentLeaderEpoch":-1,"FetchOffset":1,"LastFetchedEpoch":-1,"LogStartOffset":-1,"PartitionMaxBytes":1}]}],
             "ForgottenTopicsData":[{"TopicId":"@filledId","Partitions":[1]}]}
            """),
            ("empties a session",
            """
            {"ReplicaId":-1,"MaxWaitMs":100,"MinBytes":0,"MaxBytes":1000000,"SessionId":"@session","SessionEpoch":1,
             "Topics":[{"TopicId":"@filledId","Partitions":[
              {"Partition":0,"CurrentLeaderEpoch":-1,"FetchOffset":1,"LastFetchedEpoch":-1,"LogStartOffset":-1,"PartitionMaxBytes":1}]}],
             "ForgottenTopicsData":[{"TopicId":"@filledId","Partitions":[0]}]}
            """))
        {
            Before = [Steps.StartSession],
            After = [Steps.FetchInSession],
            IsLatestOnly = true,
            Suffix = "s",
        },
        new("ListOffsets",
            """
            {"ReplicaId":-1,"IsolationLevel":0,"Topics":[{"Name":"@filled","Partitions":[{"PartitionIndex":0,
             "CurrentLeaderEpoch":-1,"Timestamp":-1}]}],
             "TimeoutMs":1000}
            """),
        new("OffsetForLeaderEpoch",
            """{"ReplicaId":-2,"Topics":[{"Topic":"@filled","Partitions":[{"Partition":0,"CurrentLeaderEpoch":-1,"LeaderEpoch":0}]}]}"""),
        new("DeleteRecords", """{"Topics":[{"Name":"@fresh","Partitions":[{"PartitionIndex":0,"Offset":0}]}],"TimeoutMs":1000}""")
        {
            Before = [Steps.CreateTopic, Steps.SeeLeader],
        },
        new("InitProducerId", """{"TransactionalId":null,"TransactionTimeoutMs":60000,"ProducerId":-1,"ProducerEpoch":-1}"""),    ];
}
